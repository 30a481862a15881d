package io.postern.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** Topics. The same for all services of an installation. */
@ConfigMapping(prefix = "postern.log")
public interface LogDeployment {
  /**
   * The copies that make a record durable: {@code single-node}, one, on disk; {@code cluster}, two
   * of three brokers, in memory at least; {@code flushed-cluster}, two of three, on disk, for
   * brokers that may all lose their power at once. A service ends at the start if a topic has less.
   */
  @WithDefault("single-node")
  String deployment();

  /**
   * Partitions of the mail topics of a new installation. {@code postern set-up log --partitions}
   * adds partitions later. Default: 4; with {@code cluster} 48, flushed or not.
   */
  OptionalInt partitions();
}
