package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcceptedContentTest {
  private static final QueueId MESSAGE = QueueId.next(3);
  private static final ContentSegment RECEIVED =
      ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8("Received: x")).build();
  private static final ContentSegment OWN = segment(AcceptedContent.own(MESSAGE).setSize(7));

  private static ContentSegment segment(ContentReference.Builder reference) {
    return ContentSegment.newBuilder().setReference(reference).build();
  }

  private static List<ContentSegment> of(ContentSegment... segments) {
    return AcceptedContent.of(
        MessageAccepted.newBuilder()
            .setQueueId(MESSAGE.value())
            .addAllContent(List.of(segments))
            .build(),
        40);
  }

  @Test
  void theContentInItsOwnRecordIsWhereTheRecordIs() {
    ContentSegment placed =
        segment(
            ContentReference.newBuilder()
                .setTopic("mail.accepted")
                .setPartition(3)
                .setQueueId(MESSAGE.value())
                .setFirstOffset(40)
                .setLastOffset(40)
                .setSize(7));
    assertThat(of(RECEIVED, OWN)).containsExactly(RECEIVED, placed);
  }

  /** A notification refers to the original's record, and other contents have their places. */
  @Test
  void everyOtherSegmentStays() {
    ContentSegment originals =
        segment(AcceptedContent.own(QueueId.next(3)).setFirstOffset(8).setLastOffset(8));
    ContentSegment apart =
        segment(
            ContentReference.newBuilder()
                .setTopic(Topics.MAIL_CONTENT)
                .setQueueId(MESSAGE.value())
                .setFirstOffset(5));
    assertThat(of(RECEIVED, originals, apart)).containsExactly(RECEIVED, originals, apart);
  }

  @Test
  void aSealedContentIsKnownByItsTopic() {
    assertThat(AcceptedContent.isSealed(List.of(RECEIVED, OWN))).isTrue();
    assertThat(
            AcceptedContent.isSealed(
                List.of(
                    RECEIVED,
                    segment(ContentReference.newBuilder().setTopic(Topics.MAIL_CONTENT)))))
        .isFalse();
  }
}
