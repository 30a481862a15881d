package io.postern.ingress.session;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.ingress.recipients.RecipientParts;
import io.postern.ingress.recipients.RecipientQuestions.Answer;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;
import io.postern.ingress.source.Source;
import io.postern.rules.Directory;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.recipients.LocalParts;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the mailbox of a recipient exists, where its domain says recipientValidation:
 * mailboxRoute (docs/guides/recipients.md). Of a mailbox that is not known the client waits for an
 * answer, within the patience that one mail transaction has in all; the recipients behind it that
 * have arrived already (RFC 2920 §3.1), at most {@value #AHEAD}, are asked for with it: those that
 * the connection has read, 512 octets in plaintext, a record over TLS. Postmaster and abuse are
 * always there (RFC 5321 §4.5.1, RFC 2142). Owner: the session's thread, for one mail transaction.
 */
final class MailboxCheck {
  private static final int AHEAD = 50;

  private final RecipientParts parts;
  private final SessionMetrics metrics;
  private final Source source;
  private final SmtpConnection connection;
  private final boolean requireTls;
  private final Set<String> asked = new HashSet<>(); // and not given back
  private Duration left;

  /**
   * @param requireTls of the message (RFC 8689): its recipients are not asked about, since the
   *     question would leave by the route's level
   */
  MailboxCheck(
      RecipientParts parts,
      SessionMetrics metrics,
      Source source,
      SmtpConnection connection,
      boolean requireTls) {
    this.parts = parts;
    this.metrics = metrics;
    this.source = source;
    this.connection = connection;
    this.requireTls = requireTls;
    this.left = parts.transactionPatience();
  }

  /**
   * Null: the recipient may be accepted.
   *
   * @param relayed the client stands for many senders, of whom one must not shut out the others:
   *     beyond its bound a recipient is unknown
   * @param rate the refusal by a rate, to which the recipient would come in any case; null: none.
   *     Nobody is asked about such a recipient
   */
  @Nullable Refusal refusal(
      Address to, Directory directory, boolean relayed, Supplier<@Nullable Refusal> rate)
      throws IOException {
    AcceptedDomain domain = directory.acceptedDomain(to.asciiDomain()).orElse(null);
    if (domain == null
        || !asks(domain)
        || alwaysThere(to)
        || RecipientRules.isListed(directory, domain, to.localPart())) {
      return null;
    }
    Mailbox mailbox = mailbox(to, directory.routingVersion(domain.getOrganization()));
    Answer answer = parts.questions().known(mailbox);
    if (answer == null && requireTls) {
      return unanswered(domain, "recipients of messages with REQUIRETLS are not checked");
    }
    if (answer == null) {
      Refusal beyond = asked.contains(mailbox.address()) ? null : rate.get();
      if (beyond != null) {
        return beyond;
      }
      if (!mayAsk(mailbox)) {
        metrics.recipientChecked("limited");
        if (relayed) {
          return unanswered(domain, "its client has used its recipient checks of this minute");
        }
        return refusal(
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
      answer = awaited(mailbox);
    }
    if (asked.remove(mailbox.address()) && answer.existence() != Existence.MISSING) {
      parts.sources().giveBack(source);
    }
    metrics.recipientChecked(answer.existence().name().toLowerCase(Locale.ROOT));
    return switch (answer.existence()) {
      case EXISTS -> null;
      case MISSING ->
          refusal(
              domain,
              Reply.of(550, "5.1.1", "Recipient address rejected: User unknown"),
              "recipientUnknown",
              answer.detail());
      case UNKNOWN -> unanswered(domain, answer.detail());
    };
  }

  private static @Nullable Refusal unanswered(AcceptedDomain domain, String why) {
    return domain.getUnansweredRecipients() == UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER
        ? refusal(
            domain,
            Reply.of(
                451,
                "4.4.1",
                "The mailbox host did not report whether this mailbox exists, try again later"),
            "recipient-unanswered",
            why)
        : null;
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
    if (!parts.sources().take(source)) {
      return false;
    }
    asked.add(mailbox.address());
    return true;
  }

  private Answer awaited(Mailbox mailbox) throws IOException {
    long began = System.nanoTime();
    parts.questions().ask(mailbox);
    askAhead(mailbox);
    connection.flush(); // RFC 2920 §3.2: the replies before this one do not wait with it
    Duration patience = left.compareTo(parts.patience()) < 0 ? left : parts.patience();
    Answer answer = parts.questions().answer(mailbox, patience);
    left = left.minusNanos(System.nanoTime() - began);
    if (left.isNegative()) {
      left = Duration.ZERO;
    }
    return answer;
  }

  /**
   * Only of the same domain, to which this client may send: for others that is not decided yet. It
   * reads what has arrived and takes nothing of it.
   */
  private void askAhead(Mailbox first) {
    ByteBuffer input = connection.input();
    if (!input.hasRemaining()) {
      return;
    }
    byte[] octets = input.array();
    int start = input.arrayOffset() + input.position();
    int end = start + input.remaining();
    for (int i = 0; i < AHEAD; i++) {
      int lf = start;
      while (lf < end && octets[lf] != '\n') {
        lf++;
      }
      if (lf == end || lf == start || octets[lf - 1] != '\r') {
        return;
      }
      Address to = recipient(Arrays.copyOfRange(octets, start, lf - 1));
      if (to == null) {
        return;
      }
      start = lf + 1;
      if (!to.domain().isEmpty() && to.asciiDomain().equals(first.domain()) && !alwaysThere(to)) {
        Mailbox next = mailbox(to, first.routingVersion());
        if (parts.questions().known(next) == null && mayAsk(next)) {
          parts.questions().ask(next);
        }
      }
    }
  }

  /** Null: the line is no RCPT. */
  private static @Nullable Address recipient(byte[] line) {
    try {
      return CommandParser.parse(line) instanceof Command.Rcpt rcpt ? rcpt.to() : null;
    } catch (SmtpSyntaxException e) {
      return null; // in its turn it gets its reply
    }
  }

  private static Refusal refusal(AcceptedDomain domain, Reply reply, String rule, String why) {
    return Refusal.of(
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
            .build());
  }
}
