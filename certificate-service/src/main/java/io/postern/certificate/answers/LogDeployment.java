package io.postern.certificate.answers;

import io.postern.contracts.Deployment;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How the log is installed. */
@ConfigMapping(prefix = "postern.log")
public interface LogDeployment {
  /** single-node or cluster: what makes a record durable. */
  @WithDefault("single-node")
  String deployment();

  /** Partitions of the mail topics, chosen at installation. */
  @WithDefault("" + Deployment.SINGLE_NODE_PARTITIONS)
  int partitions();
}
