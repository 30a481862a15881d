package io.postern.certificate.dns;

import io.postern.dns.Dnssec;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** DNS servers for your domains. They are asked which records your own domains have. */
@ConfigMapping(prefix = "postern.dns")
public interface DnsServerSettings {
  /** {@code ip:port} or {@code ip}, separated by commas, in order. Default: those of the system. */
  Optional<List<String>> servers();

  /** How long one server is waited for. Each is asked twice. */
  @WithDefault("2s")
  Duration timeout();

  /** How long one question may take, all servers and tries together. */
  @WithDefault("8s")
  Duration patience();

  /**
   * How answers are proved: {@code auto}, {@code validate}, {@code trust-ad} or {@code off}, as for
   * delivery-service. With {@code off} it is not known whether your records are signed.
   */
  @WithDefault("auto")
  Dnssec dnssec();

  /**
   * File with the root's DS or DNSKEY records in the form of a zone file, for {@code validate}.
   * Default: those of IANA.
   */
  Optional<Path> rootAnchors();
}
