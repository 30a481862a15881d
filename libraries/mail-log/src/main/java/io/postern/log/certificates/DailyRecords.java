package io.postern.log.certificates;

import io.postern.contracts.Fingerprints;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/**
 * Publisher of records to a compacted topic, each kind once a day. Bounded for each connector and
 * in all: a record beyond the bound, or one that the log does not take, is dropped and counted; its
 * kind is published at the next occasion if there is room. Thread-safe; never blocks if the sender
 * does not.
 */
public final class DailyRecords {
  /** Way of a record into the log. */
  @FunctionalInterface
  public interface Sender {
    /** Fails, or throws IllegalStateException, when the log does not take it or too many wait. */
    CompletionStage<Void> send(String key, byte[] value);
  }

  private final Sender sender;
  private final Runnable published;
  private final Runnable dropped;
  private final DailyKinds today;

  /**
   * @param most a day
   * @param mostOfConnector of them
   * @param published counts a record that the log has
   * @param dropped counts one that it has not
   */
  public DailyRecords(
      int most, int mostOfConnector, Sender sender, Runnable published, Runnable dropped) {
    this.sender = sender;
    this.published = published;
    this.dropped = dropped;
    this.today = new DailyKinds(most, mostOfConnector);
  }

  /**
   * Publishes a record, unless its kind was published today.
   *
   * @param connector with its organization
   * @param kind all of the record but its time
   * @param record by its time, in Unix milliseconds
   */
  public void publish(String connector, byte[] kind, LongFunction<byte[]> record) {
    String key = Fingerprints.hex(Fingerprints.sha256(kind));
    long now = System.currentTimeMillis();
    switch (today.add(connector, key, now)) {
      case KNOWN -> {}
      case FULL -> dropped.run();
      case NEW -> {
        try {
          sender
              .send(key, record.apply(now))
              .whenComplete((done, failure) -> answered(failure == null, connector, key));
        } catch (IllegalStateException full) { // no room among the waiting, or the service stops
          answered(false, connector, key);
        }
      }
    }
  }

  private void answered(boolean success, String connector, String key) {
    if (success) {
      published.run();
    } else {
      dropped.run();
      today.forget(connector, key);
    }
  }
}
