package io.postern.policy;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Replica. */
@ConfigMapping(prefix = "postern.policy")
public interface PolicySettings {
  /**
   * Name of this replica in the ids of comparisons, by which a load balancer finds it. Default: the
   * machine's host name and {@code quarkus.management.port}.
   */
  Optional<String> replica();
}
