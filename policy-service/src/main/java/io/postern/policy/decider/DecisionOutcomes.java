package io.postern.policy.decider;

import io.postern.contracts.Reasons;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.rules.outbound.OutboundDecision;
import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The outcomes in Decisions, held, deferred and failed without a delivery, each with an id of its
 * own. delivery-service records them. One object for each start of the decider; any thread.
 */
final class DecisionOutcomes {
  private static final int MAX_DETAIL = 500;

  private final String incarnation = UUID.randomUUID().toString();
  private final AtomicLong number = new AtomicLong();

  OutcomeRecorded.Builder of(String queueId, int attempt, String organization) {
    return OutcomeRecorded.newBuilder()
        .setId(
            OutcomeId.newBuilder().setIncarnation(incarnation).setNumber(number.incrementAndGet()))
        .setWriter(OutcomeWriter.WRITER_DECIDER)
        .setQueueId(queueId)
        .setAttempt(attempt)
        .setOrganization(organization)
        .setAtMillis(System.currentTimeMillis());
  }

  /** The outcome of a record that cannot be decided; its recipients may be unknown. */
  OutcomeRecorded undecidable(
      String queueId,
      int attempt,
      String organization,
      Collection<Integer> recipients,
      String why) {
    OutcomeRecorded.Builder outcome = of(queueId, attempt, organization);
    recipients.forEach(recipient -> outcome.addRecipients(undecidable(recipient, why)));
    return outcome.build();
  }

  static RecipientOutcome undecidable(int recipient, String why) {
    return held(recipient, Reasons.UNDECIDABLE, why);
  }

  static RecipientOutcome held(int recipient, String reason, String detail) {
    return RecipientOutcome.newBuilder()
        .setRecipient(recipient)
        .setKind(OutcomeKind.HELD)
        .setReason(reason)
        .setDetail(Texts.cut(detail, MAX_DETAIL))
        .build();
  }

  /** The sender must be rewritten and cannot now; tried again by the schedule. */
  static RecipientOutcome waits(int recipient, ReversePaths.ReversePath reversePath) {
    ExplanationStep why = reversePath.step();
    return RecipientOutcome.newBuilder()
        .setRecipient(recipient)
        .setKind(OutcomeKind.DEFERRED)
        .setReason(Reasons.SENDER_REWRITING_UNAVAILABLE)
        .setDetail(
            why == null
                ? ""
                : Texts.cut(why.getSubject() + " rewrites senders; " + why.getDetail(), MAX_DETAIL))
        .build();
  }

  /** The sender must be rewritten, and its address is too long for that. */
  static RecipientOutcome neverRewritten(int recipient, ReversePaths.ReversePath reversePath) {
    ExplanationStep why = reversePath.step();
    return RecipientOutcome.newBuilder()
        .setRecipient(recipient)
        .setKind(OutcomeKind.FAILED)
        .setReason(Reasons.SENDER_NOT_ALLOWED)
        .setReply(
            RemoteReply.newBuilder()
                .setCode(550)
                .setEnhancedCode("5.7.60")
                .setText(
                    "The sender's domain belongs to another organization, and the sender cannot be"
                        + " rewritten: its address is too long"))
        .setDetail(why == null ? "" : Texts.cut(why.getDetail(), MAX_DETAIL))
        .build();
  }

  static RecipientOutcome failed(int recipient, OutboundDecision.Fail fail) {
    return RecipientOutcome.newBuilder()
        .setRecipient(recipient)
        .setKind(OutcomeKind.FAILED)
        .setReason(fail.reason())
        .setReply(
            RemoteReply.newBuilder()
                .setCode(fail.code())
                .setEnhancedCode(fail.enhanced())
                .setText(Texts.cut(fail.text(), MAX_DETAIL)))
        .setDetail(Texts.cut(fail.explanation().getSummary(), MAX_DETAIL))
        .build();
  }
}
