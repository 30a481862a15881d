package io.postern.delivery.keeper;

import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.LogSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The keeper's answers, each in one transaction with its position (log-mechanics §3). Owner: the
 * keeper's thread, for one membership: whatever fails ends that, and the next reads on from the
 * committed position. Connected at the first commit.
 */
final class Answers implements AutoCloseable {
  private final LogSettings settings;
  private final String incarnation = UUID.randomUUID().toString();
  private long number;
  private @Nullable KafkaProducer<String, byte[]> producer;
  private boolean open;

  Answers(LogSettings settings) {
    this.settings = settings;
  }

  /** The content of these recipients' message stands in {@code moved} from now on; without id. */
  static OutcomeRecorded moved(
      NoticeRequested notice, MessageAccepted message, List<ContentSegment> moved) {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(notice.getQueueId())
            .setOrganization(notice.getOrganization())
            .addAllMovedContent(moved)
            .setAcceptedOffset(notice.getAcceptedOffset())
            .setAcceptedMillis(message.getAcceptedMillis())
            .setAtMillis(System.currentTimeMillis());
    for (RecipientOutcome recipient : notice.getRecipientsList()) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(recipient.getRecipient())
              .setKind(OutcomeKind.MOVED));
    }
    return outcome.build();
  }

  /**
   * @param answer null: only the position moves
   * @param next offset to read next
   */
  void commit(
      @Nullable OutcomeRecorded answer,
      TopicPartition partition,
      long next,
      ConsumerGroupMetadata member) {
    KafkaProducer<String, byte[]> current = producer;
    if (current == null) {
      current = new KafkaProducer<>(settings.transactionalProducer("delivery-keeper"));
      producer = current;
      current.initTransactions();
    }
    current.beginTransaction();
    open = true;
    if (answer != null) {
      var unused = current.send(record(answer.toBuilder().setId(nextId()).build()));
    }
    current.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(next)), member);
    current.commitTransaction(); // fails when the send did
    open = false;
  }

  private OutcomeId nextId() {
    return OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(++number).build();
  }

  private static ProducerRecord<String, byte[]> record(OutcomeRecorded answer) {
    String key = answer.getQueueId();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            Topics.MAIL_OUTCOMES, QueueId.parse(key).partition(), key, answer.toByteArray());
    record.headers().add(Headers.WRITER, ascii(Headers.WRITER_DELIVERY));
    if (!answer.getOrganization().isEmpty()) {
      record.headers().add(Headers.ORGANIZATION, ascii(answer.getOrganization()));
    }
    return record;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    KafkaProducer<String, byte[]> old = producer;
    producer = null;
    if (old == null) {
      return;
    }
    try {
      if (open) {
        old.abortTransaction();
      }
    } catch (RuntimeException e) {
      // Fenced, or the log is away: it aborts when the transaction's time is over.
      System.getLogger(Answers.class.getName())
          .log(System.Logger.Level.DEBUG, "a transaction was not aborted by its owner", e);
    } finally {
      old.close(Duration.ZERO);
    }
  }
}
