package io.postern.policy;

import io.postern.contracts.Deployment;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** How the log is installed. */
@ConfigMapping(prefix = "postern.log")
public interface LogConfig {
  /** single-node or cluster. */
  @WithDefault("single-node")
  String deployment();

  /** Partitions of the mail topics; chosen at installation. Default 4, or 48 in a cluster. */
  OptionalInt partitions();

  /**
   * @throws IllegalArgumentException with a sentence that names the key and the cure
   */
  default Deployment asDeployment() {
    return Deployment.of(deployment(), partitions());
  }
}
