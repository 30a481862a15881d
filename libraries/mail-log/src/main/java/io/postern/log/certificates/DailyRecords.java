package io.postern.log.certificates;

import io.postern.contracts.Fingerprints;
import io.postern.log.sending.RecordSink;
import java.util.function.LongFunction;

/**
 * Publisher of records to a compacted topic, each kind once a day. Bounded for each connector and
 * in all: a record beyond the bound, or one that the log does not take, is dropped and counted; its
 * kind is published at the next occasion if there is room. Thread-safe; never blocks.
 */
public final class DailyRecords {
  private final RecordSink records;
  private final String topic;
  private final Runnable published;
  private final Runnable dropped;
  private final DailyKinds today;

  /**
   * @param topic of the records
   * @param most a day
   * @param mostOfConnector of them
   * @param published counts a record that the log has
   * @param dropped counts one that it has not
   */
  public DailyRecords(
      RecordSink records,
      String topic,
      int most,
      int mostOfConnector,
      Runnable published,
      Runnable dropped) {
    this.records = records;
    this.topic = topic;
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
      case NEW ->
          records
              .send(topic, key, record.apply(now))
              .whenComplete((done, failure) -> answered(failure == null, connector, key));
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
