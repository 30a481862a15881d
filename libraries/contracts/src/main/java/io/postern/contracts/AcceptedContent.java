package io.postern.contracts;

import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import java.util.List;

/**
 * Where the content of an accepted message stands, for a reader of its record: a content that is
 * sealed in that very record has a reference without offsets there, since the writer does not know
 * them (docs/design/the-log.md, "Sealed contents"). Pure.
 */
public final class AcceptedContent {
  private AcceptedContent() {}

  /** The reference of a message to the content in its own record. */
  public static ContentReference.Builder own(QueueId queueId) {
    return ContentReference.newBuilder()
        .setTopic(Topics.MAIL_ACCEPTED)
        .setPartition(queueId.partition())
        .setQueueId(queueId.value());
  }

  /**
   * The segments of a message, each with its place: what later records carry.
   *
   * @param offset of the message's record
   */
  public static List<ContentSegment> of(MessageAccepted message, long offset) {
    return message.getContentList().stream()
        .map(
            segment ->
                isSealed(segment)
                        && segment.getReference().getQueueId().equals(message.getQueueId())
                    ? at(segment, offset)
                    : segment)
        .toList();
  }

  private static ContentSegment at(ContentSegment segment, long offset) {
    return ContentSegment.newBuilder()
        .setReference(
            segment.getReference().toBuilder().setFirstOffset(offset).setLastOffset(offset))
        .build();
  }

  /**
   * Whether one of them is sealed in a record of {@code mail.accepted}: a record with such segments
   * is of the level {@link ContractLevel#SEALED_CONTENTS}.
   */
  public static boolean isSealed(List<ContentSegment> segments) {
    return segments.stream().anyMatch(AcceptedContent::isSealed);
  }

  private static boolean isSealed(ContentSegment segment) {
    return segment.hasReference() && segment.getReference().getTopic().equals(Topics.MAIL_ACCEPTED);
  }
}
