package io.postern.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** Topics. The same for all services of an installation. */
@ConfigMapping(prefix = "postern.log")
public interface LogDeployment {
  /**
   * {@code single-node} or {@code cluster}: the copies that make a record durable. A service ends
   * at the start if a topic has fewer.
   */
  @WithDefault("single-node")
  String deployment();

  /**
   * Partitions of the mail topics. Choose them at installation: they cannot be changed later.
   * Default: 4; with {@code cluster} 48.
   */
  OptionalInt partitions();
}
