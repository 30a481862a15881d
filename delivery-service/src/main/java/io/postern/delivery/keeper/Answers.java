package io.postern.delivery.keeper;

import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.delivery.position.OutcomeRecords;
import io.postern.log.LogSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * The keeper's answers: each is in the log before the position behind it is committed. An answer
 * that is written twice says the same twice. Owner: the keeper's thread, which it blocks for some
 * seconds, for one membership: whatever fails ends that, and the next reads on from the committed
 * position. Connected at the first answer.
 */
final class Answers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final LogSettings settings;
  private final String incarnation = UUID.randomUUID().toString();
  private long number;
  private @Nullable KafkaProducer<String, byte[]> producer;

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
   * @throws KafkaException when the log does not take it; the answer may be there all the same
   */
  void commit(
      KafkaConsumer<String, byte[]> member,
      @Nullable OutcomeRecorded answer,
      TopicPartition partition,
      long next) {
    if (answer != null) {
      acknowledged(answer.toBuilder().setId(nextId()).build());
    }
    member.commitSync(Map.of(partition, new OffsetAndMetadata(next)), PATIENCE);
  }

  private void acknowledged(OutcomeRecorded answer) {
    KafkaProducer<String, byte[]> current = producer;
    if (current == null) {
      current = new KafkaProducer<>(settings.producer());
      producer = current;
    }
    try {
      var unused =
          current.send(OutcomeRecords.of(answer)).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("an answer is not acknowledged", e);
    }
  }

  private OutcomeId nextId() {
    return OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(++number).build();
  }

  @Override
  public void close() {
    KafkaProducer<String, byte[]> old = producer;
    producer = null;
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }
}
