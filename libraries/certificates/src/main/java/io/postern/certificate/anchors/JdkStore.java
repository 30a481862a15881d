package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jboss.logging.Logger;

/** The Java runtime's key store of anchors. One that Postern does not accept is left out. */
final class JdkStore {
  private static final Logger LOG = Logger.getLogger(JdkStore.class);
  private static final String KEY = "postern.anchors.jdk: ";
  private static final String CURE =
      "fix the Java runtime, or write postern.anchors.jdk=false and configure another source";

  private JdkStore() {}

  static List<ParsedCertificate> read(Path file) throws BadAnchorFileException {
    List<ParsedCertificate> certificates = new ArrayList<>();
    try {
      if (!Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString());
      }
      KeyStore store = KeyStore.getInstance(file.toFile(), (char[]) null);
      for (String alias : Collections.list(store.aliases())) {
        Certificate certificate = store.getCertificate(alias);
        if (certificate != null) {
          add(certificates, alias, certificate.getEncoded());
        }
      }
    } catch (IOException e) {
      throw new BadAnchorFileException(KEY + file, "cannot be read (" + e + ")", CURE, e);
    } catch (GeneralSecurityException e) {
      throw new BadAnchorFileException(KEY + file, "cannot be read (" + e + ")", CURE);
    }
    if (certificates.isEmpty()) {
      throw new BadAnchorFileException(KEY + file, "no certificate in it", CURE);
    }
    return certificates;
  }

  private static void add(List<ParsedCertificate> certificates, String alias, byte[] der) {
    try {
      certificates.add(ParsedCertificate.parse(der));
    } catch (UnusableCertificateException e) {
      LOG.infof("the JDK's anchor \"%s\" is skipped: %s", alias, e.getMessage());
    }
  }
}
