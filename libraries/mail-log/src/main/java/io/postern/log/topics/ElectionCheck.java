package io.postern.log.topics;

import io.postern.contracts.Deployment;

/**
 * Check that a cluster remembers who may lead a partition (Kafka's feature of eligible leader
 * replicas, KIP-966). Without it the last replica in sync may lose its disk's newest records in a
 * power cut and lead all the same: what two brokers had acknowledged is then cut off at the third.
 * A cluster that is formatted anew has it; one that was upgraded from before Kafka 4.1 may not.
 * Stateless.
 */
final class ElectionCheck {
  static final String FEATURE = "eligible.leader.replicas.version";

  private ElectionCheck() {}

  /**
   * @param level of the feature in force; 0: none
   */
  static void eligibleLeaders(Deployment deployment, int level) {
    if (deployment.replication() > 1 && level < 1) {
      throw WeakTopicException.ofCluster(
          FEATURE, level, "kafka-features upgrade --feature " + FEATURE + "=1");
    }
  }
}
