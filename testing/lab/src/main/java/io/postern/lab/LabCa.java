package io.postern.lab;

import io.postern.lab.Certificates.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.asn1.x500.X500Name;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority of the lab: a root, an intermediate that issues, and a CRL of each. Keys
 * are P-256. With the URL of a {@link CrlServer} its certificates carry distribution points there,
 * the intermediate one for the root's CRL, the others one for the intermediate's.
 *
 * <p>It lives in memory, or, opened in a folder, keeps certificates, keys (mode 0600) and
 * revocations there. A folder's authority keeps the CRL URL it was made with. Thread-safe.
 */
public final class LabCa {
  private static final Duration LIFE = Duration.ofDays(3650);
  private static final String ROOT = "root";
  private static final String INTERMEDIATE = "intermediate";

  private final String name;
  private final @Nullable Path folder;
  private final Identity root;
  private final Identity intermediate;
  private final RevocationList rootList;
  private final RevocationList list;
  private final List<String> leafCrls;
  private volatile @Nullable Identity responder;

  private LabCa(
      String name, @Nullable URI crls, @Nullable Path folder, Identity root, Identity intermediate)
      throws IOException {
    this.name = name;
    this.folder = folder;
    this.root = root;
    this.intermediate = intermediate;
    this.leafCrls = crls == null ? List.of() : List.of(crls.resolve(crlPath()).toString());
    this.rootList = new RevocationList(signer(root), revoked(ROOT));
    this.list = new RevocationList(signer(intermediate), revoked(INTERMEDIATE));
  }

  /** An authority that publishes no CRL, unless an {@link Issue} names one. */
  public static LabCa create(String name) {
    return make(name, null, null);
  }

  /**
   * An authority whose CRLs are found on the given server; serve them with {@link CrlServer#serve}.
   */
  public static LabCa create(String name, CrlServer crls) {
    LabCa ca = make(name, crls.url(), null);
    crls.serve(ca);
    return ca;
  }

  /**
   * The authority kept in the folder; made there when the folder holds none.
   *
   * @param crls where its CRLs are served; null: it publishes none
   */
  public static LabCa open(Path folder, String name, @Nullable URI crls) {
    Path rootPem = folder.resolve(ROOT + ".pem");
    try {
      if (!Files.exists(rootPem)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        LabCa made = make(name, crls, folder);
        Files.writeString(
            folder.resolve("ca.txt"), name + "\n" + (crls == null ? "" : crls + "\n"));
        made.intermediate.write(folder, INTERMEDIATE);
        made.root.write(folder, ROOT); // last: its certificate says that all is there
        return made;
      }
      List<String> kept = Files.readAllLines(folder.resolve("ca.txt"));
      return new LabCa(
          kept.get(0),
          kept.size() > 1 ? URI.create(kept.get(1)) : null,
          folder,
          Identity.load(rootPem, folder.resolve(ROOT + ".key")),
          Identity.load(
              folder.resolve(INTERMEDIATE + ".pem"), folder.resolve(INTERMEDIATE + ".key")));
    } catch (IOException failed) {
      throw new UncheckedIOException("the authority in " + folder + " cannot be opened", failed);
    }
  }

  private static LabCa make(String name, @Nullable URI crls, @Nullable Path folder) {
    Instant until = Instant.now().plus(LIFE);
    KeyPair rootKey = Certificates.key(false);
    X500Name rootName = Certificates.name(name, name + " Root");
    Signer self = new Signer(rootName, rootKey.getPublic(), rootKey.getPrivate());
    X509Certificate rootCertificate =
        Certificates.authority(self, rootName, rootKey.getPublic(), until, 1, List.of());
    KeyPair key = Certificates.key(false);
    List<String> rootCrls =
        crls == null ? List.of() : List.of(crls.resolve(rootCrlPath(name)).toString());
    X509Certificate certificate =
        Certificates.authority(
            self, Certificates.name(name, name + " Issuing"), key.getPublic(), until, 0, rootCrls);
    try {
      return new LabCa(
          name,
          crls,
          folder,
          new Identity(List.of(rootCertificate), rootKey.getPrivate()),
          new Identity(List.of(certificate), key.getPrivate()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public X509Certificate root() {
    return root.leaf();
  }

  public X509Certificate intermediate() {
    return intermediate.leaf();
  }

  /** The trust anchor as PEM. */
  public String rootPem() {
    try {
      return Pem.of(root.chain());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public void writeRoot(Path file) {
    try {
      Pem.write(file, rootPem());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A new key with its certificate, leaf and intermediate in the chain. */
  public Identity issue(Issue issue) {
    List<String> crls = issue.crlUrls() == null ? leafCrls : issue.crlUrls();
    KeyPair key = Certificates.key(issue.rsa());
    X509Certificate leaf =
        Certificates.endEntity(
            signer(intermediate), subject(name, issue), key.getPublic(), issue, crls);
    return new Identity(List.of(leaf, intermediate()), key.getPrivate());
  }

  /** Signed by itself, by no authority. */
  public static Identity selfSigned(Issue issue) {
    KeyPair key = Certificates.key(issue.rsa());
    X500Name subject = subject("Self-signed", issue);
    List<String> crls = issue.crlUrls() == null ? List.of() : issue.crlUrls();
    Signer self = new Signer(subject, key.getPublic(), key.getPrivate());
    return new Identity(
        List.of(Certificates.endEntity(self, subject, key.getPublic(), issue, crls)),
        key.getPrivate());
  }

  private static X500Name subject(String organization, Issue issue) {
    return Certificates.name(
        organization, issue.names().isEmpty() ? "unnamed" : issue.names().getFirst());
  }

  /** Puts a certificate of this authority, or its intermediate, on its issuer's CRL from now on. */
  public synchronized void revoke(X509Certificate certificate) {
    boolean isIntermediate = certificate.equals(intermediate());
    RevocationList issuers = isIntermediate ? rootList : list;
    issuers.revoke(certificate.getSerialNumber(), Instant.now());
    if (folder != null) {
      keep(folder.resolve((isIntermediate ? ROOT : INTERMEDIATE) + ".revoked"), issuers.revoked());
    }
  }

  /** The intermediate's CRL, for the certificates that were issued; signed now. */
  public byte[] crl() {
    return list.encode();
  }

  /**
   * The answer of the intermediate's OCSP responder to a request (RFC 6960): signed now, by the
   * intermediate itself or by whom it is {@link #answeredBy}, with the same revocations as its CRL.
   */
  public byte[] ocsp(byte[] request) {
    Identity delegate = responder;
    return OcspResponder.answer(
        request, delegate == null ? intermediate : delegate, delegate != null, list.revoked());
  }

  /** From now on this one signs OCSP answers (RFC 6960 §4.2.2.2). */
  public void answeredBy(Identity delegate) {
    responder = delegate;
  }

  /** The root's CRL, for the intermediate; signed now. */
  public byte[] rootCrl() {
    return rootList.encode();
  }

  /**
   * Dates of the CRLs from now on: thisUpdate lies {@code age} back, nextUpdate {@code validity}
   * ahead of each signing; a negative validity makes them stale.
   */
  public void crlTimes(Duration age, Duration validity) {
    list.times(age, validity);
    rootList.times(age, validity);
  }

  String ocspPath() {
    return "/" + slug(name) + "-ocsp";
  }

  String crlPath() {
    return "/" + slug(name) + ".crl";
  }

  String rootCrlPath() {
    return rootCrlPath(name);
  }

  private static String rootCrlPath(String name) {
    return "/" + slug(name) + "-root.crl";
  }

  private static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  private static Signer signer(Identity identity) {
    X509Certificate certificate = identity.leaf();
    return new Signer(
        X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
        certificate.getPublicKey(),
        identity.key());
  }

  private Map<BigInteger, Instant> revoked(String issuer) throws IOException {
    Map<BigInteger, Instant> revoked = new TreeMap<>();
    Path file = folder == null ? null : folder.resolve(issuer + ".revoked");
    if (file != null && Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] entry = line.split(" ", 2);
        revoked.put(new BigInteger(entry[0], 16), Instant.parse(entry[1]));
      }
    }
    return revoked;
  }

  private static void keep(Path file, Map<BigInteger, Instant> revoked) {
    StringBuilder text = new StringBuilder();
    revoked.forEach(
        (serial, when) -> text.append(serial.toString(16)).append(' ').append(when).append('\n'));
    try {
      Pem.write(file, text.toString());
    } catch (IOException failed) {
      throw new UncheckedIOException("the revocation is not kept", failed);
    }
  }
}
