package io.postern.operator.audit;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * Options of an audit.
 *
 * @param client settings of the Kafka client, {@code bootstrap.servers} among them
 * @param lookAgainAfter a recipient in no place or in two is an alarm when it is so after this time
 *     (docs/design/the-log.md, "Accounting")
 * @param patience for everything but that wait; past it the log counts as unreadable
 * @param stuckAfter how long beyond its due time, or in front of a reader that stands still
 * @param threads readers at the same time, each with a consumer of its own
 * @param maxAlarms kept; more are counted only
 * @param progress takes the progress of the reading
 * @param clock the present, for due times
 */
public record AuditOptions(
    Map<String, String> client,
    Duration lookAgainAfter,
    Duration patience,
    Duration stuckAfter,
    int threads,
    int maxAlarms,
    Progress progress,
    InstantSource clock) {
  private static final int MAX_ALARMS = 100_000;

  /** Any thread, often. */
  @FunctionalInterface
  public interface Progress {
    /** Takes the step under way and its done part. */
    void at(String step, long done, long all);
  }

  public AuditOptions {
    client = Map.copyOf(client);
  }

  /** With 30 s, 2 minutes, 10 minutes, and as many threads as processors. */
  public static AuditOptions of(Map<String, String> client) {
    return new AuditOptions(
        client,
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
        Duration.ofMinutes(10),
        Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8),
        MAX_ALARMS,
        (step, done, all) -> {},
        InstantSource.system());
  }

  public static AuditOptions of(String bootstrap) {
    return of(Map.of("bootstrap.servers", bootstrap));
  }

  public AuditOptions lookAgainAfter(Duration wait) {
    return new AuditOptions(
        client, wait, patience, stuckAfter, threads, maxAlarms, progress, clock);
  }

  public AuditOptions patience(Duration limit) {
    return new AuditOptions(
        client, lookAgainAfter, limit, stuckAfter, threads, maxAlarms, progress, clock);
  }

  public AuditOptions stuckAfter(Duration age) {
    return new AuditOptions(
        client, lookAgainAfter, patience, age, threads, maxAlarms, progress, clock);
  }

  public AuditOptions maxAlarms(int max) {
    return new AuditOptions(
        client, lookAgainAfter, patience, stuckAfter, threads, max, progress, clock);
  }

  public AuditOptions progress(Progress other) {
    return new AuditOptions(
        client, lookAgainAfter, patience, stuckAfter, threads, maxAlarms, other, clock);
  }

  public AuditOptions clock(InstantSource source) {
    return new AuditOptions(
        client, lookAgainAfter, patience, stuckAfter, threads, maxAlarms, progress, source);
  }
}
