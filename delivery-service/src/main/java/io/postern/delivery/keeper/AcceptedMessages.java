package io.postern.delivery.keeper;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogSettings;
import io.postern.log.reading.RecordReader;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The accepted messages, read back by offset. Owner and time: see {@link RecordReader}. */
final class AcceptedMessages implements AutoCloseable {
  private final RecordReader records;

  AcceptedMessages(LogSettings settings) {
    records = new RecordReader(settings, Topics.MAIL_ACCEPTED);
  }

  /**
   * @return null when the log has no such message (any more)
   */
  @Nullable MessageAccepted read(int partition, long offset, String queueId) {
    Optional<ConsumerRecord<String, byte[]>> record = records.read(partition, offset);
    if (record.isEmpty() || record.get().value() == null) {
      return null;
    }
    try {
      MessageAccepted accepted = MessageAccepted.parseFrom(record.get().value());
      return accepted.getQueueId().equals(queueId) ? accepted : null;
    } catch (InvalidProtocolBufferException noMessage) {
      return null;
    }
  }

  @Override
  public void close() {
    records.close();
  }
}
