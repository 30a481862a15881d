package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** How the log is installed. */
@ConfigMapping(prefix = "postern.log")
public interface LogDeployment {
  /** single-node or cluster: the conditions for a durable record. */
  @WithDefault("single-node")
  String deployment();

  /** Partitions of the mail topics, chosen at installation; by default 4, in a cluster 48. */
  OptionalInt partitions();
}
