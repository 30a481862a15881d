package io.postern.policy.decider;

import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.rules.Directory;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The decider's Decision about a message, for tests of other packages. */
public final class DecidedMail {
  private static final MessageDecider DECIDER =
      new MessageDecider(new DecisionOutcomes(), Optional::empty);

  private DecidedMail() {}

  public static Decision decide(Directory directory, MessageAccepted message) {
    QueueId id = QueueId.parse(message.getQueueId());
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>(Topics.MAIL_ACCEPTED, 0, 1, id.value(), new byte[0]);
    return DECIDER.decide(directory, DecisionInput.first(id, message, record)).build();
  }
}
