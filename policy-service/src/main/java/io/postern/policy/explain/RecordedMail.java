package io.postern.policy.explain;

import com.google.protobuf.ByteString;
import com.google.protobuf.Parser;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.SessionFacts;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicScan;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One look-up of a recorded mail in the log: a message by its queue id in its home partition, from
 * the id's time on; a refusal by its reference in all of the week's; a chain by its fingerprint in
 * the week's. Each look-up reads for {@value #SECONDS} s at most, and keeps nothing but what was
 * asked for. One thread.
 */
final class RecordedMail implements AutoCloseable {
  private static final int SECONDS = 10;
  private static final Duration LIMIT = Duration.ofSeconds(SECONDS);

  /** The queue id's time is its writer's, the log's is the broker's. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);

  private static final Duration REFUSALS = Duration.ofDays(7);
  private static final Duration CHAINS = Duration.ofDays(8);

  private final TopicScan scan;
  private final InstantSource clock;

  RecordedMail(LogSettings settings) {
    scan = new TopicScan(settings, LIMIT);
    clock = InstantSource.system();
  }

  /** Null: the log has none. */
  @Nullable MessageAccepted accepted(QueueId id) throws TimeoutException {
    return first(
        home(Topics.MAIL_ACCEPTED, id),
        from(id),
        id.value(),
        MessageAccepted.parser(),
        found -> true);
  }

  /** The deliveries of the first attempt. */
  List<DeliveryRequested> deliveries(QueueId id) throws TimeoutException {
    List<DeliveryRequested> deliveries = new ArrayList<>();
    scan.readWhile(
        home(Topics.MAIL_DELIVERIES, id),
        from(id),
        LIMIT,
        record -> {
          Decision decision = TopicScan.parsed(record, Decision.parser());
          boolean its = decision.getQueueId().equals(id.value()) && decision.getAttempt() == 1;
          if (its) {
            deliveries.addAll(decision.getDeliveriesList());
          }
          return !its;
        });
    return deliveries;
  }

  /** The refusal in full, which has the reference that further ones repeat; null: none. */
  @Nullable MessageRefused refused(String reference) throws TimeoutException {
    return first(
        scan.partitions(Topics.MAIL_REFUSALS),
        clock.millis() - REFUSALS.toMillis(),
        null,
        MessageRefused.parser(),
        refused -> refused.getReference().equals(reference) && refused.getFromMillis() == 0);
  }

  /** The client's. Null: it presented none, or the log has it no longer or never had it. */
  @Nullable PresentedChain chain(SessionFacts session) throws TimeoutException {
    ByteString fingerprint = session.getTlsFacts().getPeerChainFingerprint();
    return fingerprint.isEmpty()
        ? null
        : first(
            scan.partitions(Topics.CERTIFICATE_PRESENTED),
            clock.millis() - CHAINS.toMillis(),
            Fingerprints.hex(fingerprint.toByteArray()),
            PresentedChain.parser(),
            found -> true);
  }

  private <T> @Nullable T first(
      Collection<TopicPartition> partitions,
      long sinceMillis,
      @Nullable String key,
      Parser<T> parser,
      Predicate<T> wanted)
      throws TimeoutException {
    List<T> found = new ArrayList<>(1);
    scan.readWhile(
        partitions,
        sinceMillis,
        LIMIT,
        record -> {
          if (key == null || key.equals(record.key())) {
            T value = TopicScan.parsed(record, parser);
            if (wanted.test(value)) {
              found.add(value);
            }
          }
          return found.isEmpty();
        });
    return found.isEmpty() ? null : found.getFirst();
  }

  /** None for an id of a partition that is not there. */
  private List<TopicPartition> home(String topic, QueueId id) {
    return scan.partitions(topic).stream().filter(p -> p.partition() == id.partition()).toList();
  }

  private static long from(QueueId id) {
    return Math.max(1, id.createdMillis() - CLOCK_SKEW.toMillis());
  }

  @Override
  public void close() {
    scan.close();
  }
}
