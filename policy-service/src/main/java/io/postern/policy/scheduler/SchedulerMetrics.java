package io.postern.policy.scheduler;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.ScheduleState;
import io.postern.log.TrustedClock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToDoubleFunction;

/** The scheduler's metrics (README). Any thread. */
public final class SchedulerMetrics {
  private final Map<Integer, AtomicLongArray> entries = new ConcurrentHashMap<>(); // by partition
  private final Map<Integer, Long> next = new ConcurrentHashMap<>(); // by partition
  private final Map<Integer, Long> parked = new ConcurrentHashMap<>(); // by partition
  private final MeterRegistry registry;
  private final Counter due;
  private final Counter undecidable;
  private final Counter replaced;
  private final Counter late;

  public SchedulerMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (ScheduleState state : ScheduleState.values()) {
      if (state != ScheduleState.UNRECOGNIZED && state.getNumber() > 0) {
        entries(state, sum -> sum.count(state));
      }
    }
    due =
        Counter.builder("postern.scheduler.attempts.due")
            .description(
                "Recipients whose next attempt was requested; aborted ones are counted " + "again")
            .register(registry);
    undecidable =
        Counter.builder("postern.scheduler.undecidable")
            .description("Records and entries that cannot be processed")
            .register(registry);
    replaced =
        Counter.builder("postern.scheduler.started.over")
            .description("Threads that failed and were replaced")
            .register(registry);
    for (SkipKind kind : SkipKind.values()) {
      counter(kind);
    }
    Gauge.builder(
            "postern.scheduler.parked",
            parked,
            all -> all.values().stream().mapToLong(Long::longValue).sum())
        .description("Recipients in this replica's schedule that rest until their route is up")
        .register(registry);
    late =
        Counter.builder("postern.scheduler.late")
            .description("Recipients delivered by an owner that had lost the partition")
            .register(registry);
    Gauge.builder("postern.scheduler.behind.seconds", this, SchedulerMetrics::behind)
        .description("How long the earliest due entry has been waiting")
        .register(registry);
  }

  private void entries(ScheduleState state, ToDoubleFunction<SchedulerMetrics> value) {
    Gauge.builder("postern.scheduler.entries", this, value)
        .description("Recipients in this replica's schedule, by state")
        .tag("state", name(state))
        .register(registry);
  }

  /** As a tag's value. */
  static String name(ScheduleState state) {
    return state == ScheduleState.ENTRY_HELD ? "held" : Spelling.hyphens(state);
  }

  /** The counts by state of a partition that begins, for its task to keep up to date. */
  AtomicLongArray partition(int partition) {
    AtomicLongArray counts = new AtomicLongArray(ScheduleState.values().length);
    entries.put(partition, counts);
    return counts;
  }

  void gone(int partition) {
    entries.remove(partition);
    next.remove(partition);
    parked.remove(partition);
  }

  void parked(int partition, long recipients) {
    parked.put(partition, recipients);
  }

  void next(int partition, long millis) {
    next.put(partition, millis);
  }

  void due(int recipients) {
    due.increment(recipients);
  }

  /** The kinds of outcomes that count for nothing, by the log's rules. */
  enum SkipKind {
    /** Records: PartitionTaken of an owner that is not later than the last one. */
    MARKER,
    /** Recipients: the outcome is of an owner that had lost the partition. */
    FORMER_OWNER,
    /** Recipients: the outcome is not of the open attempt. */
    ANNULLED
  }

  void skipped(SkipKind kind) {
    counter(kind).increment();
  }

  private Counter counter(SkipKind kind) {
    return Counter.builder("postern.scheduler.skipped")
        .description("Ignored outcomes, by kind; aborted ones are counted again")
        .tag("kind", Spelling.hyphens(kind))
        .register(registry);
  }

  /** A former owner has delivered to a recipient. */
  void late() {
    late.increment();
  }

  void reading(OutcomesProgress outcomes) {
    Gauge.builder(
            "postern.scheduler.reading.behind.seconds",
            outcomes,
            read -> read.behindMillis(TrustedClock.ofTheMachine().millis()) / 1000.0)
        .description("Lag of reading outcomes, which delays all that is due")
        .strongReference(true)
        .register(registry);
  }

  void undecidable() {
    undecidable.increment();
  }

  void startedOver() {
    replaced.increment();
  }

  void outcome(String change) {
    Counter.builder("postern.scheduler.recipients")
        .description("Recipients expired, cancelled, held, released, and results of controls")
        .tag("change", change)
        .register(registry)
        .increment();
  }

  void notice(String kind) {
    Counter.builder("postern.scheduler.notices")
        .description("Notices requested, by kind")
        .tag("kind", kind)
        .register(registry)
        .increment();
  }

  private double count(ScheduleState state) {
    return entries.values().stream().mapToLong(counts -> counts.get(state.getNumber())).sum();
  }

  private double behind() {
    long now = TrustedClock.ofTheMachine().millis();
    return next.values().stream().mapToLong(millis -> Math.max(0, now - millis)).max().orElse(0)
        / 1000.0;
  }
}
