package io.postern.delivery;

import io.postern.dns.Dnssec;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** DNS servers for next hops. */
@ConfigMapping(prefix = "postern.dns")
public interface DnsSettings {

  /** {@code ip:port} or {@code ip}, separated by commas, in order. Default: those of the system. */
  Optional<List<String>> servers();

  /** How long one server is waited for. Each is asked twice. */
  @WithDefault("3s")
  Duration timeout();

  /** How long one question may take, all servers and tries together. */
  @WithDefault("15s")
  Duration patience();

  /** Memory for answers. Each is kept for its TTL, and at most an hour. */
  @WithDefault("16777216")
  long cacheBytes();

  /**
   * How answers are proved, which DANE needs: {@code validate} verifies signatures here (the
   * servers must pass them on, or no mail is sent); {@code auto} does so if a test at the start
   * shows that they do, and is {@code off} until then; {@code trust-ad} trusts the servers (only on
   * this machine, or behind a connection that no one else can write to); {@code off}: DANE applies
   * to no domain.
   */
  @WithDefault("auto")
  Dnssec dnssec();

  /**
   * File with the root's DS or DNSKEY records in the form of a zone file, for {@code validate}.
   * Default: those of IANA.
   */
  Optional<Path> rootAnchors();
}
