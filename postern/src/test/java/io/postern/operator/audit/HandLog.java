package io.postern.operator.audit;

import com.google.protobuf.MessageLite;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log of one partition, made by hand: lists of records and positions. */
final class HandLog implements LogSource {
  static final long NOW = 1_790_000_000_000L;
  static final Duration STUCK = Duration.ofMinutes(10);

  final Map<Topic, List<LogRecord>> records = new EnumMap<>(Topic.class);
  final Map<Topic, Long> begins = new EnumMap<>(Topic.class);
  long decidedAccepted;
  long decidedDue;
  long scheduled;
  long noticed;
  long delivered;
  long outcomesFrom;
  long horizon;
  private long chainAccepted = -1;
  private long chainDue = -1;
  long timestamp = NOW - 1000;
  private final Map<Topic, Set<Long>> lost = new EnumMap<>(Topic.class);
  private int cuts;
  private Consumer<HandLog> beforeSecondLook = log -> {};

  HandLog() {
    for (Topic topic : Topic.values()) {
      records.put(topic, new ArrayList<>());
      begins.put(topic, 0L);
    }
  }

  List<LogRecord> of(Topic topic) {
    return records.getOrDefault(topic, List.of());
  }

  /** The offset of the next record. */
  long next(Topic topic) {
    return begins.getOrDefault(topic, 0L) + of(topic).size();
  }

  /** The Decision about a source that continues the chain; the decider's position follows. */
  long decide(DecisionSource source, long offset, Decision.Builder decision) {
    boolean accepted = source == DecisionSource.SOURCE_ACCEPTED;
    long at = decision(source, offset, accepted ? chainAccepted : chainDue, decision);
    if (accepted) {
      chainAccepted = offset;
      decidedAccepted = Math.max(decidedAccepted, offset + 1);
    } else {
      chainDue = offset;
      decidedDue = Math.max(decidedDue, offset + 1);
    }
    return at;
  }

  /** A Decision as it is written. */
  long decision(DecisionSource source, long offset, long previous, Decision.Builder decision) {
    return write(
        Topic.DELIVERIES,
        decision.getQueueId(),
        decision.setSource(source).setSourceOffset(offset).setPrevious(previous).build());
  }

  long chained(DecisionSource source) {
    return source == DecisionSource.SOURCE_ACCEPTED ? chainAccepted : chainDue;
  }

  long taken(Owner owner) {
    return write(Topic.OUTCOMES, "", Mail.taken(owner));
  }

  long write(Topic topic, String key, @Nullable MessageLite value) {
    return writeBytes(topic, key, value == null ? null : value.toByteArray());
  }

  long writeBytes(Topic topic, String key, byte @Nullable [] value) {
    long offset = next(topic);
    of(topic)
        .add(
            new LogRecord(
                offset,
                timestamp,
                ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)),
                value == null ? null : ByteBuffer.wrap(value)));
    return offset;
  }

  /** Takes a record away, as a disk might. */
  void lose(Topic topic, long offset) {
    lost.computeIfAbsent(topic, t -> new HashSet<>()).add(offset);
  }

  private boolean kept(Topic topic, LogRecord record) {
    return !lost.getOrDefault(topic, Set.of()).contains(record.offset());
  }

  /** What happens between the first look and the second. */
  HandLog then(Consumer<HandLog> change) {
    beforeSecondLook = change;
    return this;
  }

  AuditReport audit() {
    return audit(AuditOptions.of("none"));
  }

  AuditReport audit(AuditOptions options) {
    cuts = 0;
    try {
      return new Audit(
              options
                  .lookAgainAfter(Duration.ZERO)
                  .stuckAfter(STUCK)
                  .clock(InstantSource.fixed(java.time.Instant.ofEpochMilli(NOW))),
              this)
          .run();
    } catch (AuditUnavailableException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<Integer> partitions() {
    return List.of(0);
  }

  @Override
  public Map<Integer, LogExtent> extents() {
    if (++cuts == 2) {
      beforeSecondLook.accept(this);
    }
    long[] from = new long[Topic.values().length];
    long[] to = new long[from.length];
    for (Topic topic : Topic.values()) {
      from[topic.ordinal()] = begins.getOrDefault(topic, 0L);
      to[topic.ordinal()] = next(topic);
    }
    Positions positions =
        new Positions(
            decidedAccepted,
            decidedDue,
            scheduled,
            noticed,
            new DeliveryPosition(
                delivered, Marks.NONE, outcomesFrom, Owner.NOBODY, 0, false, null));
    return Map.of(0, new LogExtent(positions, from, to, horizon));
  }

  @Override
  public Reader reader() {
    return new Reader() {
      @Override
      public long read(Topic topic, int partition, long from, long end, Consumer<LogRecord> each) {
        of(topic).stream()
            .filter(r -> r.offset() >= from && r.offset() < end && kept(topic, r))
            .forEach(each);
        return end;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<String> notes() {
    return List.of();
  }

  @Override
  public void close() {}
}
