package io.postern.delivery.position;

import io.postern.contracts.Headers;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The records of {@code mail.outcomes} that this service writes, with their headers. Pure. */
public final class OutcomeRecords {
  private OutcomeRecords() {}

  /** PartitionTaken, without a key. */
  static ProducerRecord<String, byte[]> taken(int partition, Owner by, boolean ownerLost) {
    byte[] value =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setOwner(by.message())
            .setPartitionTaken(true)
            .setOwnerLost(ownerLost)
            .setAtMillis(System.currentTimeMillis())
            .build()
            .toByteArray();
    return new ProducerRecord<>(Topics.MAIL_OUTCOMES, partition, null, value);
  }

  /** Keyed by its queue id, in that one's partition. */
  public static ProducerRecord<String, byte[]> of(OutcomeRecorded outcome) {
    String key = outcome.getQueueId();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(
            Topics.MAIL_OUTCOMES, QueueId.parse(key).partition(), key, outcome.toByteArray());
    record.headers().add(Headers.WRITER, ascii(Headers.WRITER_DELIVERY));
    if (!outcome.getOrganization().isEmpty()) {
      record.headers().add(Headers.ORGANIZATION, ascii(outcome.getOrganization()));
    }
    if (isFinal(outcome)) {
      record.headers().add(Headers.FINAL, ascii(Owner.of(outcome.getOwner()).toString()));
    }
    return record;
  }

  // The scheduler has a state to close after "still open", perhaps one after "late", and a notice
  // to ask for after "relayed".
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
}
