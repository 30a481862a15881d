package io.postern.contracts;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Declaration of a topic: the one place from which topics are created and verified, and from which
 * ACLs and documents come (docs/design/architecture.md, "Topics"). Immutable.
 *
 * @param retention how long records are kept; for a compacted topic the lag before compaction
 * @param records how large they are
 * @param flushEachAppend fsync every append where the deployment has a single node
 * @param writers principals that write, as in docs/design/architecture.md, "Topics"
 * @param readers principals that read
 */
public record TopicDeclaration(
    String name,
    Partitioning partitioning,
    Cleanup cleanup,
    Duration retention,
    boolean flushEachAppend,
    Records records,
    List<String> writers,
    List<String> readers) {

  /**
   * Of the topic with the largest records: the bound of a client that may write or copy any record.
   */
  public static final int LARGEST_MESSAGE_BYTES =
      Arrays.stream(Records.values()).mapToInt(Records::maxMessageBytes).max().orElseThrow();

  // A flush syncs both maps of the index, and a killed broker scans its last segments whole.
  private static final int SEGMENT_INDEX_BYTES = 1 << 20;

  /** Settings that make a topic faster or slower, never weaker. */
  public static final Set<String> TUNING =
      Set.of("segment.ms", "segment.bytes", "segment.index.bytes", "index.interval.bytes");

  private static final int MAX_SPREAD = 12;
  private static final Duration COMPACTION_LAG = Duration.ofHours(1);
  private static final Duration SHORTEST_SEGMENT = Duration.ofMinutes(10);

  /** How many partitions a topic has. */
  public enum Partitioning {
    /**
     * The number of home partitions, which may grow: records keyed by queue id, in the partition
     * that the id names.
     */
    MAIL,
    /** One: a total order. */
    ONE,
    /**
     * Some, by hash of the key, and as many for ever: no reader depends on the partition's number.
     */
    SPREAD
  }

  /**
   * How large the records are, from which follow their bound and how densely they are indexed, and
   * for how long a segment takes them.
   */
  public enum Records {
    /** An envelope with all its recipients fits. */
    USUAL(1_048_588, 32 << 10, 128 << 20, 6),
    /**
     * Keys of sealed contents. A key is written again for three hours: its last record with its
     * segment must not outlive a content of {@link #CHUNKS}.
     */
    KEYS(1_048_588, 32 << 10, 128 << 20, 3),
    /** Chunks of content: two fill a batch of 512 KiB. */
    CHUNKS(1_048_588, 256 << 10, 256 << 20, 6),
    /** A decision on 1,000 recipients of 1,000 domains, with its explanations. */
    DECISIONS(8 << 20, 32 << 10, 128 << 20, 6);

    private final int maxMessageBytes;
    private final int indexIntervalBytes;
    private final int segmentBytes;
    private final int segmentHours;

    Records(int maxMessageBytes, int indexIntervalBytes, int segmentBytes, int segmentHours) {
      this.maxMessageBytes = maxMessageBytes;
      this.indexIntervalBytes = indexIntervalBytes;
      this.segmentBytes = segmentBytes;
      this.segmentHours = segmentHours;
    }

    /** Largest batch of records, with its overhead. */
    public int maxMessageBytes() {
      return maxMessageBytes;
    }
  }

  /** Removal of old records. */
  public enum Cleanup {
    DELETE,
    COMPACT,
    /** Compacted, and a key that was not written again for the retention goes. */
    COMPACT_AND_DELETE,
    /** Compacted, with its writer's times: the changelog of a Kafka Streams store. */
    CHANGELOG
  }

  /** With usual records. */
  public TopicDeclaration(
      String name,
      Partitioning partitioning,
      Cleanup cleanup,
      Duration retention,
      boolean flushEachAppend,
      List<String> writers,
      List<String> readers) {
    this(name, partitioning, cleanup, retention, flushEachAppend, Records.USUAL, writers, readers);
  }

  public TopicDeclaration {
    writers = List.copyOf(writers);
    readers = List.copyOf(readers);
  }

  /** The same topic with such records. */
  TopicDeclaration of(Records other) {
    return new TopicDeclaration(
        name, partitioning, cleanup, retention, flushEachAppend, other, writers, readers);
  }

  /** Number of partitions with which the topic is made. */
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
    // The log's clock, not the writer's: retention and expiry count from here
    // (docs/design/the-log.md, "Producers and readers").
    configs.put(
        "message.timestamp.type", cleanup == Cleanup.CHANGELOG ? "CreateTime" : "LogAppendTime");
    configs.put("min.insync.replicas", Integer.toString(deployment.minInSyncReplicas()));
    configs.put("unclean.leader.election.enable", "false");
    configs.put("max.message.bytes", Integer.toString(records.maxMessageBytes));
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
    configs.put("segment.bytes", Integer.toString(records.segmentBytes));
    configs.put("segment.index.bytes", Integer.toString(SEGMENT_INDEX_BYTES));
    configs.put("index.interval.bytes", Integer.toString(records.indexIntervalBytes));
    if (deployment.flushEachAppend()) {
      configs.put("flush.messages", flushEachAppend ? "1" : Long.toString(Long.MAX_VALUE));
    }
    return configs;
  }

  // Kafka removes closed segments alone: records that are kept for an hour must not be in a segment
  // of six.
  private Duration segment() {
    Duration longest = Duration.ofHours(records.segmentHours);
    Duration quarter = retention.dividedBy(4);
    if (cleanup != Cleanup.DELETE || quarter.compareTo(longest) > 0) {
      return longest;
    }
    return quarter.compareTo(SHORTEST_SEGMENT) < 0 ? SHORTEST_SEGMENT : quarter;
  }
}
