package io.postern.log.certificates;

import io.postern.contracts.Fingerprints;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/**
 * Records for a compacted topic, each kind once a day. Bounded for each connector and in all; what
 * is more, or the log does not take, is dropped and counted, and told at the next occasion if there
 * is room. Thread-safe; never blocks if the sender does not.
 */
public final class DailyRecords {
  /** Where records go. */
  @FunctionalInterface
  public interface Sender {
    /** Fails, or throws IllegalStateException, when the log does not take it or too many wait. */
    CompletionStage<Void> send(String key, byte[] value);
  }

  private final Sender sender;
  private final Runnable told;
  private final Runnable dropped;
  private final ToldToday today;

  /**
   * @param most a day
   * @param mostOfConnector of them
   * @param told counts a record that the log has
   * @param dropped counts one that it has not
   */
  public DailyRecords(
      int most, int mostOfConnector, Sender sender, Runnable told, Runnable dropped) {
    this.sender = sender;
    this.told = told;
    this.dropped = dropped;
    this.today = new ToldToday(most, mostOfConnector);
  }

  /**
   * Tells it, unless its kind was told today.
   *
   * @param connector with its organization
   * @param kind all of the record but its time
   * @param record by its time, in Unix milliseconds
   */
  public void tell(String connector, byte[] kind, LongFunction<byte[]> record) {
    String key = Fingerprints.hex(Fingerprints.sha256(kind));
    long now = System.currentTimeMillis();
    switch (today.add(connector, key, now)) {
      case KNOWN -> {}
      case FULL -> dropped.run();
      case NEW -> {
        try {
          sender
              .send(key, record.apply(now))
              .whenComplete((done, failure) -> sent(failure == null, connector, key));
        } catch (IllegalStateException full) { // no room among the waiting, or the service stops
          sent(false, connector, key);
        }
      }
    }
  }

  private void sent(boolean success, String connector, String key) {
    if (success) {
      told.run();
    } else {
      dropped.run();
      today.forget(connector, key);
    }
  }
}
