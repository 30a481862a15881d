package io.postern.policy.decider;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is to be decided: some recipients of a message, for the n-th time.
 *
 * @param acceptedOffset of the message in {@code mail.accepted}, in its home partition
 * @param acceptedAt the log's time of acceptance, from which expiry counts
 * @param recipients indexes into the accepted envelope
 * @param due what the scheduler asked for; empty for the first attempt
 */
record Attempt(
    QueueId queueId,
    MessageAccepted message,
    long acceptedOffset,
    long acceptedAt,
    int number,
    List<Integer> recipients,
    AttemptDue due) {

  static Attempt first(QueueId queueId, MessageAccepted message, long offset, long acceptedAt) {
    int all = message.getEnvelope().getRecipientsCount();
    return new Attempt(
        queueId,
        message,
        offset,
        acceptedAt,
        1,
        IntStream.range(0, all).boxed().toList(),
        AttemptDue.getDefaultInstance());
  }

  static Attempt later(
      QueueId queueId, MessageAccepted message, long offset, long acceptedAt, AttemptDue due) {
    return new Attempt(
        queueId, message, offset, acceptedAt, due.getAttempt(), due.getRecipientsList(), due);
  }

  /**
   * Where the content is. A held message's is read from its copy: what stood inline still does,
   * each reference is replaced by the next one of the copy.
   */
  List<ContentSegment> content() {
    Iterator<ContentSegment> moved =
        due.getMovedContentList().stream().filter(ContentSegment::hasReference).iterator();
    return message.getContentList().stream()
        .map(segment -> segment.hasReference() && moved.hasNext() ? moved.next() : segment)
        .toList();
  }
}
