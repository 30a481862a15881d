package io.postern.certificate.mtasts;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * MTA-STS policies of other domains. The limits of every fetch are those of {@code
 * postern.revocation.*}.
 */
@ConfigMapping(prefix = "postern.mta-sts")
public interface StsSettings {
  /**
   * Time for a policy (RFC 8461 §3.3), from name resolution to content. A fetch waits as long at
   * most for its turn.
   */
  @WithDefault("20s")
  Duration fetchTimeout();

  /** Concurrent fetches; a quarter of them from the hosts of one domain (its last two labels). */
  @WithDefault("16")
  int concurrentFetches();
}
