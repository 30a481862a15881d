package io.postern.delivery;

import io.postern.dns.Dnssec;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings {@code postern.dns.*}; README.md describes each. */
@ConfigMapping(prefix = "postern.dns")
public interface DnsSettings {

  /** Servers to ask, {@code ip:port} or {@code ip}, in order; by default the system's. */
  Optional<List<String>> servers();

  /** How long one server is waited for; each is asked twice. */
  @WithDefault("3s")
  Duration timeout();

  /** How long one question may take, all servers and tries together. */
  @WithDefault("15s")
  Duration patience();

  /** Bytes of the answers kept, each as long as its TTL and at most an hour. */
  @WithDefault("16777216")
  long cacheBytes();

  /** Where the proof of answers comes from, which DANE needs. */
  @WithDefault("off")
  Dnssec dnssec();

  /** The root's DS or DNSKEY records as in a zone file, for {@code validate}; by default IANA's. */
  Optional<Path> rootAnchors();
}
