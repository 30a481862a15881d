package io.postern.e2e.kills;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What was killed or paused and when, as far as it explains duplicates (G5). Thread-safe. */
final class Disruptions {
  /** The broker that leads the controllers' quorum when it happens. */
  static final String CONTROLLER = "controller";

  /** Of partitions: the brokers go on. */
  static final String LEADERS = "leaders";

  private static final String BROKER = "broker-";

  /** Name of a broker, from 1. */
  static String broker(int id) {
    return BROKER + id;
  }

  /** Whether the log suffers. */
  static boolean isLog(String victim) {
    return victim.startsWith(BROKER) || victim.equals(LEADERS);
  }

  /**
   * From a peer's 250 to the durable outcome on a busy machine, as far as nothing hinders it. That
   * it became durable and was sent again all the same is an alarm of the audit.
   */
  private static final Duration TO_DURABLE = Duration.ofSeconds(10);

  /** A final dot may be sent so long after the last commit: the log may have gone before it. */
  private static final Duration LEASE = Duration.ofSeconds(6);

  /** What a signal and its note may differ. */
  private static final Duration SLACK = Duration.ofMillis(300);

  /**
   * @param startNanos of System.nanoTime
   */
  record Disruption(String victim, Plan.Harm harm, long startNanos, long endNanos) {}

  private final List<Disruption> all = new ArrayList<>();

  synchronized void add(Disruption disruption) {
    all.add(disruption);
  }

  synchronized List<Disruption> all() {
    return List.copyOf(all);
  }

  /**
   * Whether the outcome of what was received may have been lost: its deliverer, or the log, went
   * between the dot and the durable outcome (G5 a).
   */
  synchronized boolean mayHaveLostOutcome(Received.Taken taken, String deliverer) {
    long from = taken.dotNanos();
    long to = taken.takenNanos() + TO_DURABLE.toNanos();
    for (Disruption each : all) {
      boolean its =
          each.victim().equals(deliverer)
              && !each.harm().inOrder() // it has an outcome before it ends
              && each.startNanos() - (from - SLACK.toNanos()) >= 0
              && each.startNanos() - to <= 0;
      boolean logs =
          isLog(each.victim())
              && each.startNanos() - to <= 0
              && each.endNanos() + LEASE.toNanos() - from >= 0;
      if (its || logs) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the deliverer was paused between its check and its final dot (G5 b): all content but
   * the dot was sent before. The peer may have read it later, out of the connection's buffers.
   */
  synchronized boolean pastTheCheckWhenPaused(Received.Taken taken, String deliverer) {
    return all.stream()
        .filter(each -> each.victim().equals(deliverer) && each.harm().pauses())
        .anyMatch(
            each ->
                taken.dataNanos() - (each.startNanos() + SLACK.toNanos()) <= 0
                    && taken.contentNanos() - each.endNanos() <= 0
                    && taken.dotNanos() - (each.startNanos() - SLACK.toNanos()) >= 0
                    && taken.dotNanos() - (each.endNanos() + LEASE.toNanos()) <= 0);
  }

  /**
   * Whether the deliverer was killed after it had sent all, which the peer read later, out of the
   * connection's buffers (G5 a): who is dead sends nothing, and before the 354 nobody sends
   * content.
   */
  synchronized boolean killedBeforeThePeerRead(Received.Taken taken, String deliverer) {
    return all.stream()
        .filter(each -> each.victim().equals(deliverer) && each.harm().ends())
        .anyMatch(
            each ->
                taken.dataNanos() - (each.startNanos() + SLACK.toNanos()) <= 0
                    && taken.dotNanos() - (each.startNanos() - SLACK.toNanos()) >= 0);
  }
}
