package io.postern.certificate.mtasts;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * The bounds of fetching policies; what holds for every fetch is in {@code postern.revocation.*}.
 */
@ConfigMapping(prefix = "postern.mta-sts")
public interface StsSettings {
  /** Time for a policy (RFC 8461 §3.3), from name to content, once it has its turn. */
  @WithDefault("20s")
  Duration fetchTimeout();

  /** Fetches at one time; a quarter of them from the hosts of one domain. */
  @WithDefault("16")
  int concurrentFetches();
}
