package io.postern.ingress.attribution;

import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import org.jspecify.annotations.Nullable;

/**
 * The check of sender rewriting (docs/guides/sender-rewriting.md): of mail that must leave with a
 * rewritten sender, and of mail to the address of one. Only a notification may go back (MAIL
 * FROM:&lt;&gt;, RFC 5321 §4.5.5), and no faster than the {@link SourceBound}. If the sender is of
 * a domain that is served here, its organization's connectors decide as well. Owner: the session's
 * thread, for one mail transaction.
 */
public final class SenderRewritingCheck implements RecipientCheck {
  private final RewrittenSenders senders;
  private final Level<String> pace;
  private final Attribution attribution;
  private final @Nullable Address from;

  /**
   * @param pace of notifications to each sender
   * @param from null: the null reverse-path, of a notification
   */
  public SenderRewritingCheck(
      RewrittenSenders senders,
      Level<String> pace,
      Attribution attribution,
      @Nullable Address from) {
    this.senders = senders;
    this.pace = pace;
    this.attribution = attribution;
    this.from = from;
  }

  @Override
  public Result check(Candidate candidate) {
    InboundDecision.Refuse tooLong =
        RewrittenSenders.tooLong(candidate.directory(), from, candidate.accept());
    if (tooLong != null) {
      return RecipientCheck.refused(tooLong);
    }
    return switch (senders.of(candidate.directory(), candidate.recipient().address())) {
      case RewrittenSenders.Ordinary ordinary -> ACCEPTED;
      case RewrittenSenders.Refused(InboundDecision.Refuse refusal) ->
          RecipientCheck.refused(refusal);
      case RewrittenSenders.Returns(Address sender, String organization) ->
          back(candidate, sender, organization);
    };
  }

  private Result back(Candidate candidate, Address sender, String organization) {
    if (from != null) {
      return refused(
          organization,
          550,
          "5.7.1",
          "This address accepts only notifications (MAIL FROM:<>)",
          "it is the address of a rewritten sender, which accepts notifications only");
    }
    Directory directory = candidate.directory();
    String domain = sender.asciiDomain();
    if (directory.acceptedDomain(domain).isPresent()) {
      InboundDecision decision = attribution.byConnection(directory, domain);
      if (decision instanceof InboundDecision.VerdictNeeded needed) {
        return attribution.waitFor(candidate, needed.question());
      }
      if (decision instanceof InboundDecision.Refuse refusal) {
        return RecipientCheck.refused(refusal);
      }
    }
    if (!pace.take(sender.toString(), 1)) {
      return refused(
          organization,
          451,
          "4.7.1",
          "Too many notifications for this address, try again in an hour",
          "more than " + SourceBound.NOTIFICATIONS.most() + " in an hour");
    }
    candidate.returnsTo(sender);
    return ACCEPTED;
  }

  @Override
  public void giveBack(Candidate candidate) {
    if (candidate.recipient().returns()) {
      pace.giveBack(candidate.recipient().envelope().getReturnsTo(), 1);
    }
  }

  private static Result refused(
      String organization, int code, String enhanced, String text, String why) {
    return RecipientCheck.refused(
        RewrittenSenders.refusal(organization, code, enhanced, text, why));
  }
}
