package io.postern.policy.whatif;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonState;
import io.postern.log.LogUnavailableException;
import io.postern.log.asking.LossySender;
import java.time.Duration;
import java.util.List;

/**
 * The records of one comparison, in their order. What is part of the end is sent again if Kafka
 * does not confirm it, with the same number, so that its readers take it once; what only says that
 * it goes on may be lost. Thread-safe.
 */
final class ComparisonPublisher {
  private static final int TRIES = 3;

  private final LossySender sender;
  private final String id;
  private final Duration patience;
  private int number; // guarded by this
  private boolean goesOn; // the same: between beginning and end
  private boolean ended; // the same

  /**
   * @param patience for each try of a record
   */
  ComparisonPublisher(LossySender sender, String id, Duration patience) {
    this.sender = sender;
    this.id = id;
    this.patience = patience;
  }

  /**
   * Publishes the beginning: its last part makes it known.
   *
   * @throws LogUnavailableException Kafka may have a part of it, which nobody is shown
   */
  void begin(List<ComparisonRecord.Builder> parts)
      throws LogUnavailableException, InterruptedException {
    publish(parts, ComparisonState.COMPARISON_RUNNING, 1);
    synchronized (this) {
      goesOn = true;
    }
  }

  /** Says that it goes on; may be lost. Does not wait. */
  synchronized void progress(int percent) {
    if (goesOn) {
      sender.send(
          Topics.COMPARISON_RESULTS, id, next(ComparisonRecord.newBuilder().setPercent(percent)));
    }
  }

  /**
   * Publishes the end, once: a later one is not published.
   *
   * @throws LogUnavailableException Kafka may have a part of it; readers wait in vain for the rest
   */
  void end(List<ComparisonRecord.Builder> parts, ComparisonState state)
      throws LogUnavailableException, InterruptedException {
    if (ends()) {
      publish(parts, state, TRIES);
    }
  }

  /** Publishes that it fails, unless it has ended; may be lost. Does not wait. */
  synchronized void stop(String failure) {
    if (ends()) {
      sender.send(
          Topics.COMPARISON_RESULTS,
          id,
          next(
              ComparisonRecord.newBuilder()
                  .setState(ComparisonState.COMPARISON_FAILED)
                  .setFailure(failure)));
    }
  }

  /** The first time. */
  private synchronized boolean ends() {
    boolean first = !ended;
    goesOn = false;
    ended = true;
    return first;
  }

  private void publish(List<ComparisonRecord.Builder> parts, ComparisonState last, int tries)
      throws LogUnavailableException, InterruptedException {
    parts.getLast().setState(last);
    for (ComparisonRecord.Builder part : parts) {
      publish(next(part), tries);
    }
  }

  private synchronized ComparisonRecord next(ComparisonRecord.Builder part) {
    return part.setComparisonId(id).setNumber(number++).build();
  }

  private void publish(ComparisonRecord record, int tries)
      throws LogUnavailableException, InterruptedException {
    for (int left = tries; ; left--) {
      try {
        sender.sendNow(Topics.COMPARISON_RESULTS, id, record, patience);
        return;
      } catch (LogUnavailableException e) {
        if (left == 1) {
          throw e;
        }
      }
    }
  }
}
