package io.postern.ingress.session;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RequireTls;
import io.postern.ingress.attribution.AcceptedRecipients;
import io.postern.ingress.attribution.Attribution;
import io.postern.ingress.attribution.SenderRewritingCheck;
import io.postern.ingress.attribution.TransactionVerdicts;
import io.postern.ingress.rates.MailRates;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.RecipientChecks;
import io.postern.ingress.rcpt.Refusal;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.RecipientRules;
import io.postern.smtp.Address;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mail transaction, from MAIL to the end of its data, RSET, EHLO or STARTTLS (RFC 5321 §3.3),
 * with the checks of its recipients. Owner: the session's thread, which must close it.
 */
final class MailTransaction implements AutoCloseable {
  private final String reversePath;
  private final MailParameters parameters;
  private final SessionLimits limits;
  private final Attribution attribution;
  private final AcceptedRecipients recipients;
  private final MailRates rates;
  private final RecipientChecks checks;
  private int refusedRecipients;
  private boolean refusedForNow; // one of them at least
  private long directoryVersion = Long.MAX_VALUE; // the oldest that a recipient was decided by

  MailTransaction(
      @Nullable Address from,
      MailParameters parameters,
      SessionLimits limits,
      SessionParts parts,
      ClientFacts client) {
    this.limits = limits;
    this.reversePath = from == null ? "" : from.toString();
    this.parameters = parameters;
    this.attribution =
        new Attribution(
            new TransactionVerdicts(
                parts.verdicts(),
                parts.backgroundVerdicts(),
                limits.service().verdictPatience(),
                limits.service().verdictHolds()),
            client.inbound(from == null ? null : from.asciiDomain()));
    this.recipients = new AcceptedRecipients(parts.memory().recipients(client.source()));
    this.rates =
        new MailRates(
            parts.rates(),
            client.ip(),
            client.network(),
            limits.messagesPerMinutePerNetwork(),
            from);
    MailboxCheck mailboxes =
        new MailboxCheck(
            parts.mailboxes(), parts.metrics(), client.source(), parameters.requireTls());
    this.checks =
        new RecipientChecks(
            List.of(
                this::number,
                attribution,
                new SenderRewritingCheck(
                    parts.rewrittenSenders(), parts.returned(), attribution, from),
                MailTransaction::listed,
                mailboxes::known,
                rates,
                mailboxes::asked,
                recipients));
  }

  /** The session's limit on recipients, refused ones included. */
  private RecipientCheck.Result number(Candidate candidate) {
    return recipients.size() + refusedRecipients < limits.recipients()
        ? RecipientCheck.ACCEPTED
        : RecipientCheck.refused(Refusal.tooManyRecipients("More than " + limits.recipients()));
  }

  /** By the list of the domain's recipients. */
  private static RecipientCheck.Result listed(Candidate candidate) {
    Recipient recipient = candidate.recipient();
    return !recipient.returns()
            && RecipientRules.decide(
                    candidate.directory(),
                    candidate.accept(),
                    recipient.address().localPart(),
                    recipient.domain())
                instanceof InboundDecision.Refuse refusal
        ? RecipientCheck.refused(refusal)
        : RecipientCheck.ACCEPTED;
  }

  /**
   * Checks a recipient, and accepts it if all checks do.
   *
   * @return null: it is accepted
   */
  @Nullable Refusal refusal(Candidate candidate, RecipientChecks.Pause pause) throws IOException {
    directoryVersion = Math.min(directoryVersion, candidate.directory().version());
    return checks.refusal(candidate, pause);
  }

  /** Counts a recipient that was refused. */
  void refused(Refusal refusal) {
    refusedRecipients++;
    refusedForNow |= refusal.isForNow();
  }

  String reversePath() {
    return reversePath;
  }

  Attribution attribution() {
    return attribution;
  }

  AcceptedRecipients recipients() {
    return recipients;
  }

  MailRates rates() {
    return rates;
  }

  SessionLimits limits() {
    return limits;
  }

  MailParameters parameters() {
    return parameters;
  }

  /**
   * The refusal of content that is for nobody, since each recipient was refused. A client that
   * sends DATA or BDAT behind RCPT without a wait (RFC 2920) may take it for all of them: so it is
   * for good only where each refusal was. Null: not each was refused, or there was none.
   */
  @Nullable Refusal onlyRefusals() {
    if (!recipients.isEmpty() || refusedRecipients == 0) {
      return null;
    }
    return refusedForNow ? Refusal.NO_RECIPIENTS_NOW : Refusal.NO_RECIPIENTS;
  }

  /**
   * Once the header section has come, and again when the message has: decides by the source behind
   * a gateway, if it came through one.
   *
   * @param client is told the source, for the record of a message or refusal
   * @return null: it is accepted
   */
  @Nullable Refusal decideBySource(
      Optional<Directory> directory, ClientFacts client, ByteString header, boolean cut) {
    if (!attribution.throughGateway()) {
      return null;
    }
    if (directory.isEmpty()) {
      return Refusal.DIRECTORY_UNAVAILABLE;
    }
    InboundDecision.Refuse refusal =
        attribution.decideBySource(directory.get(), recipients, header, cut);
    client.mailCameFrom(attribution.recorded());
    return refusal == null ? null : Refusal.of(refusal);
  }

  /** Groups of connectors whose peer the client itself is. */
  List<RecipientGroup> groupsOfClient() {
    return recipients.groups().stream().filter(attribution::isOfClient).toList();
  }

  /** For the record of the message. */
  List<RecipientGroup> groups(Optional<Directory> directory) {
    return directory
        .map(now -> recipients.groups(domain -> attribution.reportedNow(now, domain)))
        .orElseGet(recipients::groups);
  }

  long directoryVersion() {
    return directoryVersion;
  }

  @Override
  public void close() {
    recipients.close();
    rates.close();
  }

  /**
   * @param tlsRequiredNo the message says that it need not go over TLS (RFC 8689 §3). It counts
   *     only without REQUIRETLS (§4.1)
   */
  Envelope envelope(boolean tlsRequiredNo) {
    RequireTls requireTls =
        parameters.requireTls()
            ? RequireTls.REQUIRE_TLS_YES
            : tlsRequiredNo ? RequireTls.TLS_REQUIRED_NO : RequireTls.REQUIRE_TLS_UNSPECIFIED;
    return Envelope.newBuilder()
        .setReversePath(reversePath)
        .addAllRecipients(recipients.envelope())
        .setBody(parameters.body())
        .setSmtputf8(parameters.smtpUtf8())
        .setRequireTls(requireTls)
        .setRet(parameters.ret())
        .setEnvelopeId(parameters.envelopeId())
        .build();
  }
}
