package io.postern.delivery.position;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records of {@code mail.deliveries} as deliveries, and what is to be said of those that are none.
 */
final class Requests {
  private Requests() {}

  /**
   * @throws IllegalArgumentException when no delivery can be made of it
   */
  static DeliveryRequested parse(ConsumerRecord<String, byte[]> record)
      throws InvalidProtocolBufferException {
    if (record.value() == null) {
      throw new IllegalArgumentException("it has no value");
    }
    DeliveryRequested request = DeliveryRequested.parseFrom(record.value());
    // Its outcome goes to the queue id's partition: one that is not there would fail every commit.
    if (!isHome(request.getQueueId(), record.partition())) {
      throw new IllegalArgumentException("its queue id is none, or of another partition");
    }
    return request;
  }

  /**
   * Keeps the mail of an unreadable record in sight, where its message and recipients can be known;
   * null: they cannot, the audit finds them in no place and says so.
   */
  static @Nullable OutcomeRecorded unreadable(ConsumerRecord<String, byte[]> record) {
    String key = record.key();
    if (key == null || record.value() == null || !isHome(key, record.partition())) {
      return null;
    }
    try {
      DeliveryRequested request = DeliveryRequested.parseFrom(record.value());
      // A queue id that is good and another's: whose recipients these are is not known.
      if (request.getRecipientsCount() == 0 || isQueueId(request.getQueueId())) {
        return null;
      }
      DeliveryRequested named = request.toBuilder().setQueueId(key).build();
      return Outcomes.complete(
          Outcomes.failed(named, "its request could not be read"), named, record.timestamp());
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static boolean isHome(String queueId, int partition) {
    return isQueueId(queueId) && QueueId.parse(queueId).partition() == partition;
  }

  private static boolean isQueueId(String text) {
    try {
      QueueId.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
