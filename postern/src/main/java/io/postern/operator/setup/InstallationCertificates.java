package io.postern.operator.setup;

import io.postern.operator.links.CertificateEnds;
import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The certificates of an installation in containers, a folder each: the log's authority and, issued
 * by it, one for each broker, one for each principal that may use the log, one for each service's
 * HTTP (S3), one for the console's database and one for the console as its client; and, from an
 * authority of its own, one for SMTP until there is a real one. A holder of a client certificate of
 * the log's authority gets into the log: it issues nothing for others. Those for HTTP are for
 * servers alone, so the broker takes none of them.
 *
 * <p>May run again at any time, and has to once a day: a certificate that is good for another 60
 * days stays byte for byte, the authority's key is kept, so processes with older certificates go on
 * and take the new ones up by themselves. One run at a time. Failure leaves whole files only.
 *
 * <p>{@code administrator/ends.properties} has the certificates' ends ({@link CertificateEnds}).
 */
final class InstallationCertificates {
  /** Common names: the broker makes principals of them. */
  static final List<String> PRINCIPALS =
      List.of("ingress", "policy", "certificate", "delivery", "console", "administrator");

  /** The principal of all brokers. */
  private static final String BROKER = "broker";

  /** They serve HTTP, at the host {@code NAME-service}: folder {@code http} in the principal's. */
  static final List<String> SERVICES =
      List.of("ingress", "policy", "certificate", "delivery", "console");

  /** The database of the console's read model, and its host. */
  static final String DATABASE = "postgres";

  /** The principal that it knows by its certificate: folder {@code database} in the principal's. */
  static final String DATABASE_CLIENT = "console";

  /** Who collects the metrics: it trusts the services, and has no key. */
  static final String MONITORING = "monitoring";

  private static final Duration LIFE = Duration.ofDays(397);
  private static final Duration RENEW_BEFORE_END = Duration.ofDays(60);
  private static final Duration CLOCKS_DIFFER = Duration.ofHours(1);

  private final Path root;
  private final Instant now;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Instant> ends = new TreeMap<>();

  private InstallationCertificates(Path root, Instant now) {
    this.root = root;
    this.now = now;
  }

  /**
   * @param root holds the folders
   * @param brokerHosts names under which the brokers are reached, in the order of their numbers;
   *     each is {@code localhost} too
   * @param smtpHost name of the server for SMTP
   * @return a line for each certificate
   */
  static List<String> make(Path root, List<String> brokerHosts, String smtpHost, Instant now)
      throws IOException, GeneralSecurityException {
    InstallationCertificates all = new InstallationCertificates(root, now);
    Authority authority = Authority.open(root.resolve("authority"), "Postern log", now);
    all.report("authority", "kept", authority.root());
    for (int number = 1; number <= brokerHosts.size(); number++) {
      all.broker(number, brokerHosts.get(number - 1), authority);
    }
    for (String principal : PRINCIPALS) {
      all.issued(principal, authority, Authority.Use.CLIENT, Set.of(principal));
    }
    for (String service : SERVICES) {
      all.http(service + "-service", root.resolve(service).resolve("http"), authority);
    }
    all.database(authority);
    all.smtp(smtpHost);
    PemFile.write(
        root.resolve(MONITORING).resolve(KeyFolder.AUTHORITY),
        PemFile.of(List.of(authority.root())));
    PemFile.write(
        root.resolve("administrator").resolve(CertificateEnds.FILE),
        new CertificateEnds(now, all.ends).text());
    return all.lines;
  }

  /**
   * The folder of a broker.
   *
   * @param number from 1
   */
  static String broker(int number) {
    return number == 1 ? BROKER : BROKER + "-" + number;
  }

  /** The common name is the principal; a broker is client and server, of itself too. */
  private void broker(int number, String host, Authority authority)
      throws IOException, GeneralSecurityException {
    String holder = broker(number);
    KeyFolder folder = new KeyFolder(root.resolve(holder), true);
    Set<String> names = new TreeSet<>(List.of(holder, host, "localhost"));
    if (!keeps(holder, folder.leaf(authority.root()), names)) {
      make(folder, authority, holder, Authority.Use.BOTH, BROKER, names);
    }
  }

  private void issued(String holder, Authority authority, Authority.Use use, Set<String> names)
      throws IOException, GeneralSecurityException {
    KeyFolder folder = new KeyFolder(root.resolve(holder), true);
    if (!keeps(holder, folder.leaf(authority.root()), names)) {
      make(folder, authority, holder, use, holder, names);
    }
  }

  private void http(String host, Path folder, Authority authority)
      throws IOException, GeneralSecurityException {
    KeyFolder keys = new KeyFolder(folder, true);
    // Published ports are reached by the machine's own name.
    Set<String> names = Set.of(host, "localhost");
    if (!keeps(host, keys.leaf(authority.root()), names)) {
      make(keys, authority, host, Authority.Use.SERVER, host, names);
    }
  }

  /** As PostgreSQL and its driver read them: the key in a file of its own. */
  private void database(Authority authority) throws IOException, GeneralSecurityException {
    KeyFolder server = new KeyFolder(root.resolve(DATABASE), false);
    if (!keeps(DATABASE, server.leaf(authority.root()), Set.of(DATABASE))) {
      make(server, authority, DATABASE, Authority.Use.SERVER, DATABASE, Set.of(DATABASE));
    }
    KeyFolder client = new KeyFolder(root.resolve(DATABASE_CLIENT).resolve("database"), false);
    String holder = DATABASE_CLIENT + "-database";
    Set<String> names = Set.of(DATABASE_CLIENT);
    if (!keeps(holder, client.leaf(authority.root()), names)) {
      make(client, authority, holder, Authority.Use.CLIENT, DATABASE_CLIENT, names);
    }
  }

  // Nobody keeps its authority: a partner trusts authority.pem beside it for a try.
  private void smtp(String host) throws IOException, GeneralSecurityException {
    KeyFolder folder = new KeyFolder(root.resolve("smtp"), false);
    Optional<X509Certificate> kept = folder.trusted().flatMap(folder::leaf);
    if (!keeps("smtp", kept, Set.of(host))) {
      Authority authority = Authority.create("Postern development", now);
      make(folder, authority, "smtp", Authority.Use.SERVER, host, Set.of(host));
    }
  }

  private boolean keeps(String holder, Optional<X509Certificate> leaf, Set<String> names) {
    boolean good =
        leaf.isPresent()
            && KeyFolder.names(leaf.get()).equals(names)
            && KeyFolder.holds(leaf.get(), now, now.plus(RENEW_BEFORE_END));
    if (good) {
      report(holder, "kept", leaf.get());
    }
    return good;
  }

  private void report(String holder, String action, X509Certificate certificate) {
    Instant end = certificate.getNotAfter().toInstant();
    ends.put(holder, end);
    lines.add("%s: %s, until %s".formatted(holder, action, end));
  }

  private void make(
      KeyFolder folder,
      Authority authority,
      String holder,
      Authority.Use use,
      String commonName,
      Set<String> names)
      throws IOException, GeneralSecurityException {
    List<String> ordered = names.stream().sorted().toList();
    KeyAndChain made =
        authority.issue(commonName, ordered, use, now.minus(CLOCKS_DIFFER), now.plus(LIFE));
    folder.write(made, authority.root());
    report(holder, "made", made.leaf());
  }
}
