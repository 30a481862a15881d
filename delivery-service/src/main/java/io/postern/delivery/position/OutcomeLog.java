package io.postern.delivery.position;

import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Writes outcomes and positions in one transaction (log-mechanics §3, §5). Owner: the reader's
 * thread, which it blocks for the time-outs of {@link LogSettings#transactionalProducer} at most.
 *
 * <p>A transaction ends in one of three ways. After an end that is not known the producer is gone;
 * the caller rebuilds it and finds out by the committed positions what became durable.
 */
final class OutcomeLog implements AutoCloseable {
  enum End {
    COMMITTED,
    /** Known as such: the same may be committed again. */
    ABORTED,
    UNKNOWN
  }

  private final LogSettings settings;
  private final OccasionalLog complaints;
  private volatile @Nullable KafkaProducer<String, byte[]> producer; // any thread asks usable()

  OutcomeLog(LogSettings settings, OccasionalLog complaints) {
    this.settings = settings;
    this.complaints = complaints;
  }

  /** False after a transaction whose end is not known, and before the first {@link #rebuild}. */
  boolean usable() {
    return producer != null;
  }

  /** A new producer with a new transactional id. */
  void rebuild() {
    discard();
    KafkaProducer<String, byte[]> fresh =
        new KafkaProducer<>(settings.transactionalProducer("delivery"));
    try {
      fresh.initTransactions();
      producer = fresh;
    } finally {
      if (producer == null) {
        fresh.close(Duration.ZERO);
      }
    }
  }

  /**
   * @param member null: no member of the group, and no positions
   */
  End commit(
      List<OutcomeRecorded> outcomes,
      Map<TopicPartition, OffsetAndMetadata> positions,
      @Nullable ConsumerGroupMetadata member) {
    KafkaProducer<String, byte[]> current = producer;
    if (current == null) {
      return End.UNKNOWN;
    }
    boolean committing = false;
    try {
      current.beginTransaction();
      for (OutcomeRecorded outcome : outcomes) {
        // The commit fails when a send does. One that failed at once has waited for the log's whole
        // time-out: the next would wait again.
        Future<RecordMetadata> sent = current.send(record(outcome));
        if (sent.isDone() && sent.state() == Future.State.FAILED) {
          throw new KafkaException("an outcome could not be sent", sent.exceptionNow());
        }
      }
      if (member != null && !positions.isEmpty()) {
        current.sendOffsetsToTransaction(positions, member);
      }
      committing = true;
      current.commitTransaction();
      return End.COMMITTED;
    } catch (ProducerFencedException
        | OutOfOrderSequenceException
        | InvalidProducerEpochException
        | InvalidTxnStateException
        | AuthorizationException e) {
      complaints.warn("the outcomes' producer was fenced", e);
      discard();
      return End.UNKNOWN;
    } catch (org.apache.kafka.common.errors.TimeoutException
        | org.apache.kafka.common.errors.InterruptException e) {
      if (committing) {
        complaints.warn("no answer to a commit of outcomes", e);
        discard();
        return End.UNKNOWN;
      }
      return abort(current, e);
    } catch (KafkaException | IllegalStateException e) {
      return abort(current, e);
    }
  }

  private End abort(KafkaProducer<String, byte[]> current, RuntimeException cause) {
    complaints.warn("outcomes could not be committed", cause);
    try {
      current.abortTransaction();
      return End.ABORTED;
    } catch (KafkaException | IllegalStateException e) {
      complaints.warn("nor the transaction be aborted", e);
      discard();
      return End.UNKNOWN;
    }
  }

  /** The producer cannot be used any more. */
  void discard() {
    KafkaProducer<String, byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }

  static ProducerRecord<String, byte[]> record(OutcomeRecorded outcome) {
    String key = outcome.getQueueId();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            Topics.MAIL_OUTCOMES, QueueId.parse(key).partition(), key, outcome.toByteArray());
    record.headers().add(Headers.WRITER, ascii(Headers.WRITER_DELIVERY));
    if (!outcome.getOrganization().isEmpty()) {
      record.headers().add(Headers.ORGANIZATION, ascii(outcome.getOrganization()));
    }
    if (isFinal(outcome)) {
      record.headers().add(Headers.FINAL, ascii(Headers.FINAL_YES));
    }
    return record;
  }

  // The scheduler has a state to close after "still open", perhaps one after "late", and a notice
  // to
  // ask for after "relayed".
  private static boolean isFinal(OutcomeRecorded outcome) {
    return outcome.getAttempt() == 1
        && !outcome.getAfterStillOpen()
        && !outcome.getLate()
        && outcome.getRecipientsCount() > 0
        && outcome.getRecipientsList().stream()
            .allMatch(r -> r.getKind() == OutcomeKind.DELIVERED && !r.getRelayed());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    KafkaProducer<String, byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(Duration.ofSeconds(5));
    }
  }
}
