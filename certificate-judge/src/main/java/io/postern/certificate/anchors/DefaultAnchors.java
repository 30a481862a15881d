package io.postern.certificate.anchors;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.AnchorSetReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * The installation's default set: the JDK's anchors and those of the configured PEM files. Its
 * version is a hash of the content, the same on each replica with the same content.
 *
 * <p>{@link #current} from any thread; {@link #reload} from one. A file that breaks later is logged
 * and the set stays as it was.
 */
public final class DefaultAnchors {
  private static final Logger LOG = Logger.getLogger(DefaultAnchors.class);

  private final List<Path> files;
  private final List<ParsedCertificate> jdk;
  private Map<Path, String> stamps;
  private volatile TrustAnchors current;

  /**
   * @throws BadAnchorFileException for a file that is missing or broken: do not start
   */
  public DefaultAnchors(List<Path> files) throws BadAnchorFileException {
    this.files = List.copyOf(files);
    this.jdk = ofJdk();
    this.stamps = stamps();
    this.current = read();
  }

  public TrustAnchors current() {
    return current;
  }

  /** Reads the files again if one has changed; true: the set is another one now. */
  public boolean reload() {
    Map<Path, String> now = stamps();
    if (now.equals(stamps)) {
      return false;
    }
    stamps = now;
    try {
      TrustAnchors read = read();
      if (read.reference().equals(current.reference())) {
        return false;
      }
      current = read;
      LOG.infof("default anchors: %d, version %s", read.size(), read.reference().getVersion());
      return true;
    } catch (BadAnchorFileException e) {
      LOG.warnf("%s; the anchors read before stay in force", e.getMessage());
      return false;
    }
  }

  private TrustAnchors read() throws BadAnchorFileException {
    // Sorted and without repetitions, so that the version says nothing but the content.
    TreeSet<ParsedCertificate> all =
        new TreeSet<>(Comparator.comparing(c -> Fingerprints.hex(c.fingerprint())));
    all.addAll(jdk);
    for (Path file : files) {
      all.addAll(PemFile.read(file));
    }
    AnchorSet.Builder set = AnchorSet.newBuilder();
    all.forEach(c -> set.addCertificates(ByteString.copyFrom(c.der())));
    String version = Fingerprints.anchorSetVersion(set.build());
    return new TrustAnchors(
        AnchorSetReference.newBuilder().setVersion(version).build(), List.copyOf(all));
  }

  private Map<Path, String> stamps() {
    Map<Path, String> stamps = new HashMap<>();
    for (Path file : files) {
      try {
        stamps.put(file, Files.getLastModifiedTime(file) + " " + Files.size(file));
      } catch (IOException e) {
        stamps.put(file, "unreadable");
      }
    }
    return stamps;
  }

  private static List<ParsedCertificate> ofJdk() {
    Path file = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    List<ParsedCertificate> certificates = new ArrayList<>();
    try {
      KeyStore store = KeyStore.getInstance(file.toFile(), (char[]) null);
      for (String alias : Collections.list(store.aliases())) {
        Certificate certificate = store.getCertificate(alias);
        if (certificate != null) {
          add(certificates, alias, certificate.getEncoded());
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      LOG.warnf("the JDK's anchors (%s) cannot be read: %s", file, e);
    }
    return certificates;
  }

  private static void add(List<ParsedCertificate> certificates, String alias, byte[] der) {
    try {
      certificates.add(ParsedCertificate.parse(der));
    } catch (UnusableCertificateException e) {
      LOG.infof("the JDK's anchor \"%s\" is left out: %s", alias, e.getMessage());
    }
  }
}
