package io.postern.ingress.session;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.ingress.recipients.RecipientParts;
import io.postern.ingress.recipients.RecipientQuestions.Answer;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;
import io.postern.ingress.source.Source;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.recipients.LocalParts;
import io.postern.smtp.Address;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the mailbox of a recipient exists, where its domain says recipientValidation:
 * mailboxRoute (docs/guides/recipients.md): {@link #known} decides by an answer that is there,
 * {@link #asked} waits for one, within the patience that one mail transaction has in all. Between
 * the two are the checks that cost less than a question. The recipients after it that have arrived
 * already are asked for with it. Postmaster and abuse are always there (RFC 5321 §4.5.1, RFC 2142).
 * Owner: the session's thread, for one mail transaction.
 */
final class MailboxCheck {
  private final RecipientParts parts;
  private final SessionMetrics metrics;
  private final Source source;
  private final boolean requireTls;
  private final Set<String> asked = new HashSet<>(); // and not given back
  private Duration left;
  private @Nullable Mailbox open; // of the recipient in progress; null: no question is needed
  private @Nullable Answer answer; // about it

  /**
   * @param requireTls of the message (RFC 8689): its recipients are not asked about, since the
   *     question would leave by the route's level
   */
  MailboxCheck(RecipientParts parts, SessionMetrics metrics, Source source, boolean requireTls) {
    this.parts = parts;
    this.metrics = metrics;
    this.source = source;
    this.requireTls = requireTls;
    this.left = parts.transactionPatience();
  }

  /** By an answer that is there; without one it accepts, and {@link #asked} decides. */
  RecipientCheck.Result known(Candidate candidate) {
    open = null;
    answer = null;
    Recipient recipient = candidate.recipient();
    AcceptedDomain domain = candidate.directory().acceptedDomain(recipient.domain()).orElse(null);
    String localPart = recipient.address().localPart();
    if (domain == null
        || recipient.returns()
        || !asks(domain)
        || alwaysThere(recipient.address())
        || RecipientRules.isListed(candidate.directory(), domain, localPart)) {
      return RecipientCheck.ACCEPTED;
    }
    Mailbox mailbox =
        mailbox(
            recipient.address(), candidate.directory().routingVersion(domain.getOrganization()));
    Answer known = parts.questions().known(mailbox);
    if (known != null) {
      return decide(domain, mailbox, known);
    }
    if (requireTls) {
      return unanswered(domain, "recipients of messages with REQUIRETLS are not checked");
    }
    open = mailbox;
    return RecipientCheck.ACCEPTED;
  }

  /** By the answer to a question, where one is needed. */
  RecipientCheck.Result asked(Candidate candidate) {
    Mailbox mailbox = open;
    if (mailbox == null) {
      return RecipientCheck.ACCEPTED;
    }
    AcceptedDomain domain = candidate.directory().acceptedDomain(mailbox.domain()).orElseThrow();
    Answer got = answer;
    if (got != null) {
      return decide(domain, mailbox, got);
    }
    if (mayAsk(mailbox)) {
      return (RecipientCheck.Wait) ahead -> answer = awaited(mailbox, ahead);
    }
    metrics.recipientChecked("limited");
    // The client stands for many senders, of whom one must not shut out the others.
    return candidate.relayed()
        ? unanswered(domain, "its client has used its recipient checks of this minute")
        : refused(
            domain,
            Reply.of(
                451,
                "4.7.1",
                "Too many recipients from your address do not exist, try again in a minute"),
            "recipient-questions",
            "more recipient checks for "
                + domain.getDomain()
                + " than one address may cause in a minute");
  }

  private RecipientCheck.Result decide(AcceptedDomain domain, Mailbox mailbox, Answer by) {
    if (asked.remove(mailbox.address()) && by.existence() != Existence.MISSING) {
      parts.sources().giveBack(source, 1);
    }
    metrics.recipientChecked(by.existence().name().toLowerCase(Locale.ROOT));
    return switch (by.existence()) {
      case EXISTS -> RecipientCheck.ACCEPTED;
      case MISSING ->
          refused(
              domain,
              Reply.of(550, "5.1.1", "Recipient address rejected: User unknown"),
              "recipientUnknown",
              by.detail());
      case UNKNOWN -> unanswered(domain, by.detail());
    };
  }

  private static RecipientCheck.Result unanswered(AcceptedDomain domain, String why) {
    return domain.getUnansweredRecipients() == UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER
        ? refused(
            domain,
            Reply.of(
                451,
                "4.4.1",
                "The mailbox host did not report whether this mailbox exists, try again later"),
            "recipient-unanswered",
            why)
        : RecipientCheck.ACCEPTED;
  }

  /** Of an internal relay some recipients are elsewhere: its mailbox route says nothing of them. */
  private static boolean asks(AcceptedDomain domain) {
    return domain.getRecipientValidation() == RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE
        && RecipientRules.isAuthoritative(domain);
  }

  private static boolean alwaysThere(Address to) {
    return LocalParts.everyDomainHas(LocalParts.normal(to.localPart()));
  }

  private static Mailbox mailbox(Address to, long routingVersion) {
    String domain = to.asciiDomain();
    return new Mailbox(to.localPart() + "@" + domain, domain, routingVersion);
  }

  private boolean mayAsk(Mailbox mailbox) {
    if (asked.contains(mailbox.address())) {
      return true;
    }
    if (!parts.sources().take(source, 1)) {
      return false;
    }
    asked.add(mailbox.address());
    return true;
  }

  private Answer awaited(Mailbox mailbox, Iterable<Address> ahead) {
    long began = System.nanoTime();
    parts.questions().ask(mailbox);
    for (Address to : ahead) {
      askAhead(to, mailbox);
    }
    Duration patience = left.compareTo(parts.patience()) < 0 ? left : parts.patience();
    Answer got = parts.questions().answer(mailbox, patience);
    left = left.minusNanos(System.nanoTime() - began);
    if (left.isNegative()) {
      left = Duration.ZERO;
    }
    return got;
  }

  /** Only of the same domain, to which this client may send: for others that is not decided yet. */
  private void askAhead(Address to, Mailbox first) {
    if (!to.domain().isEmpty() && to.asciiDomain().equals(first.domain()) && !alwaysThere(to)) {
      Mailbox next = mailbox(to, first.routingVersion());
      if (parts.questions().known(next) == null && mayAsk(next)) {
        parts.questions().ask(next);
      }
    }
  }

  private static RecipientCheck.Result refused(
      AcceptedDomain domain, Reply reply, String rule, String why) {
    return RecipientCheck.refused(
        Refusal.of(
            reply,
            rule,
            domain.getOrganization(),
            Explanation.newBuilder()
                .setOrganization(domain.getOrganization())
                .addSteps(
                    ExplanationStep.newBuilder()
                        .setSubject("accepted domain " + domain.getDomain())
                        .setCondition("recipientValidation")
                        .setDetail(why))
                .setSummary("Refused by recipientValidation: mailboxRoute")
                .build()));
  }
}
