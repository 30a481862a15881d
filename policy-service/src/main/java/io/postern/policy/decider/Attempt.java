package io.postern.policy.decider;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageAccepted;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is to be decided: some recipients of a message, for the n-th time.
 *
 * @param acceptedOffset of the message in {@code mail.accepted}, in its home partition
 * @param acceptedAt the log's time of acceptance, from which expiry counts
 * @param recipients indexes into the accepted envelope
 */
record Attempt(
    QueueId queueId,
    MessageAccepted message,
    long acceptedOffset,
    long acceptedAt,
    int number,
    List<Integer> recipients) {

  static Attempt first(QueueId queueId, MessageAccepted message, long offset, long acceptedAt) {
    int all = message.getEnvelope().getRecipientsCount();
    return new Attempt(
        queueId, message, offset, acceptedAt, 1, IntStream.range(0, all).boxed().toList());
  }
}
