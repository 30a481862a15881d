package io.postern.contracts;

import java.util.OptionalInt;

/**
 * The log's installation: the copies that make an acknowledgement durable, and the number of
 * partitions of the mail topics (docs/design/the-log.md, "Home partition and content", "Producers
 * and readers").
 *
 * @param partitions of a new log: one that exists may have grown, and has its own number
 * @param flushEachAppend each copy is fsynced before it counts: a single node has no second one,
 *     and three that one power supply feeds lose all at once
 */
public record Deployment(
    int partitions, int replication, int minInSyncReplicas, boolean flushEachAppend) {
  public static final int SINGLE_NODE_PARTITIONS = 4;
  public static final int CLUSTER_PARTITIONS = 48;

  private static final String SINGLE_NODE = "single-node";
  static final String CLUSTER = "cluster";
  private static final String FLUSHED_CLUSTER = "flushed-cluster";

  public Deployment {
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "postern.log.partitions is " + partitions + ": write at least 1");
    }
  }

  public static Deployment singleNode(int partitions) {
    return new Deployment(partitions, 1, 1, true);
  }

  public static Deployment cluster(int partitions) {
    return new Deployment(partitions, 3, 2, false);
  }

  public static Deployment flushedCluster(int partitions) {
    return new Deployment(partitions, 3, 2, true);
  }

  /** As {@link #of(String, int)}; without a number as many partitions as is usual. */
  public static Deployment of(String name, OptionalInt partitions) {
    return of(
        name,
        partitions.orElse(name.equals(SINGLE_NODE) ? SINGLE_NODE_PARTITIONS : CLUSTER_PARTITIONS));
  }

  /** The same with another number of partitions. */
  public Deployment withPartitions(int number) {
    return new Deployment(number, replication, minInSyncReplicas, flushEachAppend);
  }

  /**
   * From the settings {@code postern.log.deployment} (single-node, cluster or flushed-cluster) and
   * {@code postern.log.partitions}.
   *
   * @throws IllegalArgumentException with a sentence that names the key and the cure
   */
  public static Deployment of(String name, int partitions) {
    return switch (name) {
      case SINGLE_NODE -> singleNode(partitions);
      case CLUSTER -> cluster(partitions);
      case FLUSHED_CLUSTER -> flushedCluster(partitions);
      default ->
          throw new IllegalArgumentException(
              "postern.log.deployment is \""
                  + name
                  + "\": write single-node, cluster or flushed-cluster");
    };
  }
}
