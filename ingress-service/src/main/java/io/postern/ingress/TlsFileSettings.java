package io.postern.ingress;

import io.smallrye.config.ConfigMapping;
import java.time.Instant;
import java.util.Optional;

/**
 * The server's certificate and key, {@code postern.tls.*}: PEM files, read again when they change.
 */
@ConfigMapping(prefix = "postern.tls")
public interface TlsFileSettings {

  /** Certificate chain, leaf first. Required. */
  Optional<String> certificate();

  /** Private key, PKCS#8. Required. */
  Optional<String> key();

  /**
   * Certificate chain that will replace the present one, without its key: partners see it among our
   * published certificates as coming. Read again when it changes.
   */
  Optional<String> comingCertificate();

  /** When it is planned to be presented, such as 2027-01-31T08:00:00Z: published with it. */
  Optional<Instant> comingFrom();
}
