package io.postern.ingress.tls;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * TLS. Certificates, keys and offer of the SMTP side. All files are read again within seconds of a
 * change. See docs/guides/certificates.md.
 */
@ConfigMapping(prefix = "postern.tls")
public interface TlsFileSettings {

  /** Required, or one of {@link #certificates}: PEM file with the certificate chain, leaf first. */
  Optional<String> certificate();

  /**
   * Required with {@link #certificate}: PEM file with the private key in PKCS#8 (EC or RSA), plain
   * or encrypted by PBES2 with PBKDF2, HMAC-SHA and AES.
   */
  Optional<String> key();

  /**
   * File with the password of an encrypted key, one line of printable ASCII. A file that every user
   * of the machine may read is refused.
   */
  Optional<String> keyPasswordFile();

  /** Further certificates by a name for messages and metrics, in the order of their names. */
  Map<String, NamedCertificate> certificates();

  /** One of several: either PEM files, or a PKCS#12 file with its password. */
  interface NamedCertificate {
    /**
     * PEM file with the chain of another certificate; ten certificates in total. NAME has letters,
     * digits, hyphens and underscores, and appears in messages and metrics.
     */
    Optional<String> certificate();

    /** Required with it: PEM file with its private key. */
    Optional<String> key();

    /** File with the password of an encrypted key. */
    Optional<String> keyPasswordFile();

    /** PKCS#12 file with one key and its chain, instead of PEM files. */
    Optional<String> pkcs12();

    /** Required with it: file with its password. */
    Optional<String> pkcs12PasswordFile();
  }

  /**
   * PEM file with the chain, without key, that will replace the present one. It is published as the
   * coming certificate.
   */
  Optional<String> comingCertificate();

  /**
   * When it is planned to be presented, such as {@code 2027-01-31T08:00:00Z}. Published with it.
   */
  Optional<Instant> comingFrom();

  /**
   * File with 32 to 1,024 random octets, the same for all replicas, by which they resume each
   * other's TLS sessions. A file that every user of the machine may read is refused. Default: none,
   * and each replica accepts only its own session tickets.
   */
  Optional<String> ticketSecret();

  /** {@code TLSv1.2} or {@code TLSv1.3}. */
  @WithDefault("TLSv1.2")
  String minimumVersion();

  /**
   * Cipher suites of TLS 1.2 by their IANA names, separated by commas, the preferred first: {@code
   * TLS_ECDHE_} with {@code ECDSA} or {@code RSA}, and {@code AES_256_GCM_SHA384}, {@code
   * CHACHA20_POLY1305_SHA256}, {@code AES_128_GCM_SHA256}, {@code AES_256_CBC_SHA} or {@code
   * AES_128_CBC_SHA}. Any other is refused at the start. TLS 1.3 always has its three suites, in
   * the client's order. Default: all of these.
   */
  Optional<List<String>> suites();

  /**
   * Key exchange groups, separated by commas, the preferred first. Default: X25519MLKEM768, x25519,
   * secp256r1, secp384r1.
   */
  Optional<List<String>> groups();
}
