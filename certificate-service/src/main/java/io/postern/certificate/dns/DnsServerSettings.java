package io.postern.certificate.dns;

import io.postern.dns.Dnssec;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The servers that are asked about our own domains; README.md describes each setting. */
@ConfigMapping(prefix = "postern.dns")
public interface DnsServerSettings {
  /** {@code ip:port} or {@code ip}, in order; by default the system's. */
  Optional<List<String>> servers();

  /** How long one server is waited for; each is asked twice. */
  @WithDefault("2s")
  Duration timeout();

  /** How long one question may take, all servers and tries together. */
  @WithDefault("8s")
  Duration patience();

  /** Where the proof of answers comes from. */
  @WithDefault("off")
  Dnssec dnssec();

  /** The root's DS or DNSKEY records as in a zone file, for {@code validate}; by default IANA's. */
  Optional<Path> rootAnchors();
}
