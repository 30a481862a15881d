package io.postern.rules.inbound;

import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Condition;
import io.postern.rules.InboundEntry;
import io.postern.rules.WhoseSender;
import org.jspecify.annotations.Nullable;

/**
 * MAIL FROM in another organization's accepted domain, of mail that an own server sends to the
 * outside (docs/decisions/0086): receivers cannot tell it from the other organization's, since both
 * leave from the same addresses. It may pass if the other organization allows it, if one of the
 * other's on-premises connectors knows the client by address, or with a rewritten sender. Pure.
 *
 * @param passes the mail is accepted
 * @param rewritten it must leave with a rewritten sender
 * @param why the sentence for the trail, which names nothing of the other organization but the
 *     domain (G8)
 */
record AnothersSender(boolean passes, boolean rewritten, String why) {
  /**
   * @return null: the domain is not another organization's
   */
  static @Nullable AnothersSender of(InboundConditions conditions, String organization) {
    String sender = conditions.facts.mailFromDomain();
    return switch (WhoseSender.of(conditions.directory, organization, sender)) {
      case NO_ORGANIZATIONS, OWN -> null;
      case ALLOWED ->
          new AnothersSender(
              true, false, sender + " belongs to another organization, which allows this one");
      case ANOTHERS ->
          isItsServer(conditions)
              ? new AnothersSender(
                  true,
                  false,
                  sender
                      + " belongs to another organization, and the client's address is one of its"
                      + " servers")
              : rewrites(conditions, organization)
                  ? new AnothersSender(
                      true,
                      true,
                      sender
                          + " belongs to another organization, so the sender is rewritten to the"
                          + " senderRewritingDomain")
                  : new AnothersSender(
                      false,
                      false,
                      sender
                          + " belongs to another organization, which does not allow this one, and"
                          + " this one has no senderRewritingDomain");
    };
  }

  /** Without a certificate the client could send as the other organization anyway. */
  private static boolean isItsServer(InboundConditions conditions) {
    return OriginatingConnector.byAddress(conditions.directory, conditions.facts, conditions.client)
            instanceof OriginatingConnector.Match(InboundEntry entry, _, _, _)
        && !entry.connector.getBlocked()
        && conditions.isEncryptedEnough(entry);
  }

  /** Whatever the outbound connector says of other foreign senders. */
  private static boolean rewrites(InboundConditions conditions, String organization) {
    return conditions
        .directory
        .organization(organization)
        .map(Organization::getSenderRewritingDomain)
        .filter(domain -> !domain.isEmpty())
        .isPresent();
  }

  /** The own server's acceptance of mail to the outside, or the refusal in its place. */
  static InboundDecision checked(InboundConditions conditions, InboundDecision.Accept accept) {
    AnothersSender another = of(conditions, accept.organization());
    if (another == null) {
      return accept;
    }
    ExplanationStep step =
        ExplanationStep.newBuilder()
            .setSubject("sender " + conditions.sender())
            .setMatched(another.passes)
            .setCondition(RecipientRefusal.SENDER_ORGANIZATION)
            .setDetail(another.why)
            .build();
    return another.passes
        ? accept.with(step, another.rewritten)
        : RecipientRefusal.anothersSender()
            .by(
                accept.organization(),
                accept.connector(),
                accept.explanation().toBuilder()
                    .addSteps(step)
                    .setSummary(
                        "Refused: "
                            + conditions.sender()
                            + " belongs to another organization, which does not allow "
                            + accept.organization()
                            + " to send from it")
                    .build());
  }

  Condition condition(InboundConditions conditions) {
    return Condition.of(
        RecipientRefusal.SENDER_ORGANIZATION,
        "MAIL FROM may be of this domain",
        conditions.sender(),
        passes,
        why);
  }
}
