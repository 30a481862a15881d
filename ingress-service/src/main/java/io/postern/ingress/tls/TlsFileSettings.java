package io.postern.ingress.tls;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The server's certificates, keys and offer, {@code postern.tls.*}; README.md describes them. All
 * files are read again when they change.
 */
@ConfigMapping(prefix = "postern.tls")
public interface TlsFileSettings {

  /** Certificate chain, leaf first. Required where {@link #certificates} has none. */
  Optional<String> certificate();

  /** Private key, PKCS#8. */
  Optional<String> key();

  /** The password of an encrypted key. */
  Optional<String> keyPasswordFile();

  /** Further certificates by a name for messages and metrics, in the order of their names. */
  Map<String, NamedCertificate> certificates();

  /** One of several: either PEM files, or a PKCS#12 file with its password. */
  interface NamedCertificate {
    Optional<String> certificate();

    Optional<String> key();

    Optional<String> keyPasswordFile();

    Optional<String> pkcs12();

    Optional<String> pkcs12PasswordFile();
  }

  /**
   * Certificate chain that will replace the present one, without its key: partners see it among our
   * published certificates as coming. Read again when it changes.
   */
  Optional<String> comingCertificate();

  /** When it is planned to be presented, such as 2027-01-31T08:00:00Z: published with it. */
  Optional<Instant> comingFrom();

  /** A file with random octets, the same in all replicas: they resume each other's sessions. */
  Optional<String> ticketSecret();

  /** TLSv1.2 or TLSv1.3. */
  @WithDefault("TLSv1.2")
  String minimumVersion();

  /** Suites of TLS 1.2, strongest first; none: all that are safe. */
  Optional<List<String>> suites();

  /** Key exchange groups, strongest first; none: all that are safe. */
  Optional<List<String>> groups();
}
