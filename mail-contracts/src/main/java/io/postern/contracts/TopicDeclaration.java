package io.postern.contracts;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a topic must be: the one place from which topics are created and verified, and from which
 * ACLs and documents come (DESIGN §3). Immutable.
 *
 * @param retention how long records are kept; for a compacted topic the lag before compaction
 * @param flushEachAppend fsync every append where the deployment has a single node
 * @param writers principals that write, as in DESIGN §3
 * @param readers principals that read
 */
public record TopicDeclaration(
    String name,
    Partitioning partitioning,
    Cleanup cleanup,
    Duration retention,
    boolean flushEachAppend,
    List<String> writers,
    List<String> readers) {

  /**
   * Largest record batch: a content chunk of 512 KiB or an envelope with all its recipients fits.
   */
  public static final int MAX_MESSAGE_BYTES = 1_048_588;

  private static final int MAX_SPREAD = 12;
  private static final Duration COMPACTION_LAG = Duration.ofHours(1);
  private static final Duration LONGEST_SEGMENT = Duration.ofHours(6);
  private static final Duration SHORTEST_SEGMENT = Duration.ofMinutes(10);

  /** How many partitions a topic has. */
  public enum Partitioning {
    /** The deployment's count: records keyed by queue id, in the partition that the id names. */
    MAIL,
    /** One: a total order. */
    ONE,
    /** Some, by hash of the key: no reader depends on the partition's number. */
    SPREAD
  }

  /** What becomes of old records. */
  public enum Cleanup {
    DELETE,
    COMPACT,
    /** Compacted, and a key that was not written again for the retention goes. */
    COMPACT_AND_DELETE,
    /** Compacted, with its writer's times: the changelog of a Kafka Streams store. */
    CHANGELOG
  }

  public TopicDeclaration {
    writers = List.copyOf(writers);
    readers = List.copyOf(readers);
  }

  /** Number of partitions in this deployment. */
  public int partitions(Deployment deployment) {
    return switch (partitioning) {
      case MAIL -> deployment.partitions();
      case ONE -> 1;
      case SPREAD -> Math.min(deployment.partitions(), MAX_SPREAD);
    };
  }

  /** The topic's settings in this deployment, by Kafka's names, sorted. */
  public Map<String, String> configs(Deployment deployment) {
    Map<String, String> configs = new TreeMap<>();
    // The log's clock, not the writer's: retention and expiry count from here (log-mechanics §3).
    configs.put(
        "message.timestamp.type", cleanup == Cleanup.CHANGELOG ? "CreateTime" : "LogAppendTime");
    configs.put("min.insync.replicas", Integer.toString(deployment.minInSyncReplicas()));
    configs.put("unclean.leader.election.enable", "false");
    configs.put("max.message.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    // Time alone removes records: a size limit would remove accepted mail under load.
    configs.put("retention.bytes", "-1");
    switch (cleanup) {
      case DELETE -> {
        configs.put("cleanup.policy", "delete");
        configs.put("retention.ms", Long.toString(retention.toMillis()));
      }
      case COMPACT_AND_DELETE -> {
        configs.put("cleanup.policy", "compact,delete");
        configs.put("retention.ms", Long.toString(retention.toMillis()));
        configs.put("min.compaction.lag.ms", Long.toString(COMPACTION_LAG.toMillis()));
      }
      case COMPACT, CHANGELOG -> {
        configs.put("cleanup.policy", "compact");
        configs.put("min.compaction.lag.ms", Long.toString(retention.toMillis()));
      }
    }
    configs.put("segment.ms", Long.toString(segment().toMillis()));
    if (deployment.flushEachAppend()) {
      configs.put("flush.messages", flushEachAppend ? "1" : Long.toString(Long.MAX_VALUE));
    }
    return configs;
  }

  // Only a closed segment can go: what is kept for an hour must not sit in a segment of six.
  private Duration segment() {
    Duration quarter = retention.dividedBy(4);
    if (cleanup != Cleanup.DELETE || quarter.compareTo(LONGEST_SEGMENT) > 0) {
      return LONGEST_SEGMENT;
    }
    return quarter.compareTo(SHORTEST_SEGMENT) < 0 ? SHORTEST_SEGMENT : quarter;
  }
}
