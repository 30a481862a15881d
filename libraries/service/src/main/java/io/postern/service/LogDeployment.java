package io.postern.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** The log's installation: the same for all services of an installation. */
@ConfigMapping(prefix = "postern.log")
public interface LogDeployment {
  /** {@code single-node} or {@code cluster}: the copies that make a record durable. */
  @WithDefault("single-node")
  String deployment();

  /** Partitions of the mail topics, chosen at installation; by default 4, in a cluster 48. */
  OptionalInt partitions();
}
