package io.postern.policy.notices;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Messages, outcomes and notices for tests: from ann of contoso to fabrikam. */
final class Samples {
  static final long ACCEPTED = 1_800_000_000_000L; // Fri, 15 Jan 2027 08:00:00 +0000
  static final long FAILED = ACCEPTED + 90_000;
  static final long EXPIRES = ACCEPTED + 86_400_000;
  static final String HEADER =
      "From: Ann <ann@contoso.example>\r\nMessage-ID: <m1@contoso.example>\r\nSubject: hello\r\n";
  static final ContentSegment TRACE =
      ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8("Received: x\r\n")).build();
  static final ContentSegment BODY =
      ContentSegment.newBuilder()
          .setReference(
              ContentReference.newBuilder()
                  .setTopic(Topics.MAIL_CONTENT)
                  .setPartition(2)
                  .setFirstOffset(7)
                  .setLastOffset(8)
                  .setSize(1234))
          .build();

  private Samples() {}

  static MessageAccepted.Builder message(QueueId queueId, String... recipients) {
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
        .setSession(SessionFacts.newBuilder().setServerName("mx.contoso.example"))
        .setHeaderBlock(ByteString.copyFromUtf8(HEADER))
        .addContent(TRACE)
        .addContent(BODY)
        .setSize(1247)
        .setAcceptedMillis(ACCEPTED)
        .setMessageId("<m1@contoso.example>");
  }

  static RemoteReply reply(int code, String enhanced, String text, String command) {
    return RemoteReply.newBuilder()
        .setCode(code)
        .setEnhancedCode(enhanced)
        .setText(text)
        .setCommand(command)
        .build();
  }

  static RecipientOutcome outcome(int recipient, OutcomeKind kind, String reason) {
    return RecipientOutcome.newBuilder()
        .setRecipient(recipient)
        .setKind(kind)
        .setReason(reason)
        .build();
  }

  static TlsRequirement requires(TlsLevel level) {
    return TlsRequirement.newBuilder().setLevel(level).build();
  }

  /** Of delivery, in its first attempt. */
  static OutcomeRecorded.Builder attempt(
      QueueId queueId, TlsRequirement requirement, RecipientOutcome... recipients) {
    return OutcomeRecorded.newBuilder()
        .setWriter(OutcomeWriter.WRITER_DELIVERY)
        .setQueueId(queueId.value())
        .setAttempt(1)
        .setHost("mail.fabrikam.example")
        .setAddress("192.0.2.7:25")
        .setRequirement(requirement)
        .setToken("opportunistic:none(not-offered)")
        .setAtMillis(FAILED)
        .addAllRecipients(List.of(recipients));
  }

  static NoticeRequested.Builder notice(
      QueueId queueId, NoticeKind kind, RecipientOutcome... recipients) {
    return NoticeRequested.newBuilder()
        .setNoticeId(queueId + "/failed/1/0")
        .setKind(kind)
        .setQueueId(queueId.value())
        .addAllRecipients(List.of(recipients))
        .setOrganization("contoso")
        .setAtMillis(FAILED + 5)
        .setCause("failed/1/0")
        .setOutcomeOffset(-1)
        .setExpiresMillis(EXPIRES);
  }

  /** The one report of a notice about all its recipients. */
  static Report report(NoticeRequested notice, MessageAccepted original, OutcomeRecorded outcome) {
    Action action = Action.of(notice.getKind());
    if (action == null) {
      throw new AssertionError("no DSN");
    }
    try {
      List<Report> reports =
          new Reports(action, notice, original, outcome, Optional.empty())
              .of(notice.getRecipientsList(), 2);
      return reports.getFirst();
    } catch (UnreadableNoticeException e) {
      throw new AssertionError(e);
    }
  }
}
