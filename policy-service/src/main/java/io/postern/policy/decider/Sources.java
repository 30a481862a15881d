package io.postern.policy.decider;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.DecisionSource;
import io.postern.log.rules.SourceProgress;
import io.postern.policy.GroupMember;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The decider's place in each of its source partitions: the acknowledged end of the chain, and the
 * position that goes with it. Owner: the decider's thread.
 */
final class Sources {
  private static final String VERSION = "2/";

  /** One source partition, from its assignment to its loss. */
  static final class Source {
    final TopicPartition partition;
    final SourceProgress progress;
    private final long begin;

    Source(TopicPartition partition, long mark, long begin) {
      this.partition = partition;
      this.progress = new SourceProgress(mark);
      this.begin = begin;
    }

    DecisionSource source() {
      return partition.topic().equals(Topics.MAIL_DUE)
          ? DecisionSource.SOURCE_DUE
          : DecisionSource.SOURCE_ACCEPTED;
    }

    /** Where reading goes on after a send that failed. */
    long restart() {
      return Math.max(begin, progress.decided() + 1);
    }
  }

  private final Map<TopicPartition, Source> sources = new HashMap<>();

  void assigned(Collection<TopicPartition> partitions) {
    partitions.forEach(sources::remove);
  }

  void clear() {
    sources.clear();
  }

  /** A partition that is asked for the first time is looked up in the log. */
  Source of(GroupMember member, TopicPartition partition) {
    return sources.computeIfAbsent(
        partition,
        p -> {
          OffsetAndMetadata position = member.committed(p);
          return new Source(p, mark(p, position), position.offset());
        });
  }

  /** Whether the partition is still ours by the same assignment. */
  boolean has(Source source) {
    return sources.get(source.partition) == source;
  }

  /**
   * The source that was decided last. It need not be the offset before the position, since markers
   * of transactions take offsets.
   */
  private static long mark(TopicPartition partition, OffsetAndMetadata position) {
    String metadata = position.metadata();
    if (metadata.isEmpty() && position.offset() == 0) {
      return -1;
    }
    if (!metadata.startsWith(VERSION)) {
      throw new IllegalStateException(
          "the decider's position in "
              + partition
              + " was written by another version of Postern and cannot be read: deliver its mail "
              + "with that version, or start with empty topics");
    }
    return Long.parseLong(metadata.substring(VERSION.length()));
  }

  /** The positions to commit now. */
  Map<TopicPartition, OffsetAndMetadata> positions(GroupMember member) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    for (TopicPartition partition : member.assignment()) {
      Source source = sources.get(partition);
      if (source != null) {
        long next = source.progress.idle() ? member.position(partition) : source.restart();
        positions.put(partition, new OffsetAndMetadata(next, VERSION + source.progress.decided()));
      }
    }
    return positions;
  }

  /** Reads polled records that were not decided again. */
  void rewind(GroupMember member, Source source) {
    member.seek(source.partition, Math.max(source.begin, source.progress.previous() + 1));
  }

  /** A send failed: each source goes on from its last acknowledged record. */
  void restart(GroupMember member) {
    for (TopicPartition partition : member.assignment()) {
      Source source = of(member, partition);
      source.progress.failed();
      member.seek(partition, source.restart());
    }
  }
}
