package io.postern.policy.decider;

import io.postern.contracts.AcceptedContent;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The subject of one Decision: some recipients of a message, and the number of their attempt.
 *
 * @param acceptedOffset of the message in {@code mail.accepted}, in its home partition
 * @param acceptedAt the log's time of acceptance, from which expiry counts
 * @param due the scheduler's request; for the first attempt only its number and recipients
 */
record DecisionInput(
    QueueId queueId,
    MessageAccepted message,
    long acceptedOffset,
    long acceptedAt,
    AttemptDue due) {
  /**
   * @param accepted the message's record, of offset and time
   */
  static DecisionInput first(
      QueueId queueId, MessageAccepted message, ConsumerRecord<?, ?> accepted) {
    int all = message.getEnvelope().getRecipientsCount();
    AttemptDue first =
        AttemptDue.newBuilder()
            .setAttempt(1)
            .addAllRecipients(IntStream.range(0, all).boxed().toList())
            .build();
    return later(queueId, message, accepted, first);
  }

  static DecisionInput later(
      QueueId queueId, MessageAccepted message, ConsumerRecord<?, ?> accepted, AttemptDue due) {
    return new DecisionInput(queueId, message, accepted.offset(), accepted.timestamp(), due);
  }

  int number() {
    return due.getAttempt();
  }

  /** Indexes into the accepted envelope. */
  List<Integer> recipients() {
    return due.getRecipientsList();
  }

  /**
   * The segments of the content, each with its place. Of a held message the references are those of
   * the copy, each in the place of the original's; inline segments stay.
   */
  List<ContentSegment> content() {
    Iterator<ContentSegment> moved =
        due.getMovedContentList().stream().filter(ContentSegment::hasReference).iterator();
    return AcceptedContent.of(message, acceptedOffset).stream()
        .map(segment -> segment.hasReference() && moved.hasNext() ? moved.next() : segment)
        .toList();
  }
}
