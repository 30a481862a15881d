package io.postern.policy.whatif;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicScan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * One reading of the last days' accepted and refused mail. Nothing is kept but the clients' chains,
 * within {@link PresentedChains}' bound. One thread; {@link #percent} any.
 */
final class Replay {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int WHOLE = 100;

  private final LogSettings settings;
  private final BooleanSupplier cancelled;
  private volatile long read;
  private volatile long all = -1; // not known yet

  Replay(LogSettings settings, BooleanSupplier cancelled) {
    this.settings = settings;
    this.cancelled = cancelled;
  }

  /**
   * The share of the records that was read, 0 to 100. Their number is not said: it is the whole
   * installation's mail, and the reader of a run may see one organization's (G8).
   */
  int percent() {
    long of = all;
    if (of <= 0) {
      return of == 0 ? WHOLE : 0;
    }
    return (int) Math.min(WHOLE, read * WHOLE / of);
  }

  /**
   * @throws TimeoutException the end was not reached within 10 minutes
   * @throws CancellationException it was cancelled
   */
  void chains(long sinceMillis, PresentedChains chains) throws TimeoutException {
    try (TopicScan scan = new TopicScan(settings, ANSWER)) {
      scan.readWhile(
          scan.partitions(Topics.CERTIFICATE_PRESENTED),
          sinceMillis,
          LIMIT,
          record -> {
            chains.add(TopicScan.parsed(record, PresentedChain.parser()));
            return goesOn();
          });
    }
  }

  /** The same failures as {@link #chains}. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads
  void mail(long sinceMillis, Comparison comparison) throws TimeoutException {
    try (TopicScan scan = new TopicScan(settings, ANSWER)) {
      List<TopicPartition> partitions = new ArrayList<>(scan.partitions(Topics.MAIL_ACCEPTED));
      partitions.addAll(scan.partitions(Topics.MAIL_REFUSALS));
      all = scan.records(partitions, sinceMillis);
      scan.readWhile(
          partitions,
          sinceMillis,
          LIMIT,
          record -> {
            one(record, comparison);
            read++;
            return goesOn();
          });
    }
  }

  private boolean goesOn() {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException();
    }
    return true;
  }

  private static void one(ConsumerRecord<String, byte[]> record, Comparison comparison) {
    if (record.topic().equals(Topics.MAIL_ACCEPTED)) {
      comparison.accepted(TopicScan.parsed(record, MessageAccepted.parser()), record.timestamp());
    } else {
      comparison.refused(TopicScan.parsed(record, MessageRefused.parser()), record.timestamp());
    }
  }
}
