package io.postern.policy.decider;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import java.util.stream.IntStream;

/** Accepted messages for tests: originating at contoso, one group with all recipients. */
final class Messages {
  private Messages() {}

  static MessageAccepted to(QueueId queueId, String... recipients) {
    Envelope.Builder envelope = Envelope.newBuilder().setReversePath("ann@contoso.example");
    for (String recipient : recipients) {
      envelope.addRecipients(EnvelopeRecipient.newBuilder().setAddress(recipient));
    }
    return MessageAccepted.newBuilder()
        .setQueueId(queueId.value())
        .setEnvelope(envelope)
        .addGroups(
            RecipientGroup.newBuilder()
                .setOrganization("contoso")
                .setDirection(Direction.ORIGINATING)
                .addAllRecipients(IntStream.range(0, recipients.length).boxed().toList()))
        .addContent(ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8("Received: x")))
        .setSize(11)
        .setAcceptedMillis(1)
        .build();
  }
}
