package io.postern.ingress;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** How the log is deployed, {@code postern.log.*}: the same for all services of an installation. */
@ConfigMapping(prefix = "postern.log")
public interface LogDeploymentSettings {

  /** {@code single-node} or {@code cluster}. */
  @WithDefault("single-node")
  String deployment();

  /** Partitions of the mail topics, chosen at installation; by default 4, in a cluster 48. */
  OptionalInt partitions();
}
