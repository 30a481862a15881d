package io.postern.ingress.rcpt;

import io.postern.contracts.Texts;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Reply;
import io.postern.transport.TlsHandshakeException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A refusal on its way to the client and to mail.refusals. All that a client can make long is cut:
 * a refused client has proved nothing.
 *
 * @param rule a connector's restriction, or syntax, sequence, size, log-unavailable, ... (README.md
 *     has the list)
 * @param handshake why a handshake failed; unspecified: none did
 * @param sender whose own count was too high; empty: nobody's
 * @param reported by connectors in report-only mode; null: they would change nothing
 */
public record Refusal(
    Reply reply,
    String rule,
    String organization,
    String connector,
    String verdict,
    Explanation explanation,
    HandshakeFailure handshake,
    String sender,
    @Nullable ReportedDecision reported) {

  private static final HandshakeFailure NO_HANDSHAKE =
      HandshakeFailure.HANDSHAKE_FAILURE_UNSPECIFIED;

  /** Rules by which nobody's mail is taken for a while. */
  private static final Set<String> OUR_TROUBLE =
      Set.of(
          "log-unavailable",
          "log-space",
          "directory-unavailable",
          "recipientListMissing",
          "recipient-unanswered");

  public static final Refusal DIRECTORY_UNAVAILABLE =
      of(
          451,
          "4.3.0",
          "The configuration cannot be read now, try again later",
          "directory-unavailable");
  public static final Refusal LOG_UNAVAILABLE =
      of(451, "4.3.0", "The message could not be stored, try again later", "log-unavailable");
  public static final Refusal NO_SPACE =
      of(452, "4.3.1", "Insufficient system storage, try again later", "log-space");
  public static final Refusal UNACCEPTED_CONTENT =
      of(
          452,
          "4.3.1",
          "Too much content from your address was not accepted, try again in an hour",
          "unaccepted-content");
  public static final Refusal NO_MEMORY = // RFC 3463 §3.4: X.3.1 is for lack of room
      of(452, "4.3.1", "Too many messages at once, try again later", "memory");

  public static final Refusal NO_POSTMASTER =
      of(
          550,
          "5.1.1",
          "No postmaster is configured here, write to postmaster@domain",
          "postmaster");

  /**
   * @param beginning how many there are
   */
  public static Refusal tooManyRecipients(String beginning) { // RFC 5321 §4.5.3.1.10
    return of(
        452, "4.5.3", beginning + " recipients, send the rest in another message", "recipients");
  }

  public static final Refusal NO_RECIPIENTS = // RFC 5321 §3.3
      of(554, "5.5.1", "No valid recipients", "sequence");
  public static final Refusal NO_RECIPIENTS_NOW =
      of(451, "4.5.1", "No valid recipients now, try again later", "sequence");

  private static final int MOST_REPLY = 512; // RFC 5321 §4.5.3.1.5, CRLF included
  private static final int MOST_TEXT = 600;
  private static final int MOST_EXPLANATION = 8 * 1024;

  public static Refusal of(int code, String enhanced, String text, String rule) {
    return of(Reply.of(code, enhanced, text), rule);
  }

  public static Refusal of(Reply reply, String rule) {
    return of(reply, rule, NO_HANDSHAKE);
  }

  /** A handshake that the client did not finish: there is nobody to reply to (RFC 3207 §4.1). */
  public static Refusal of(TlsHandshakeException failed) {
    return of(
        Reply.of(454, "4.7.0", "TLS handshake failed: " + failed.getMessage()),
        "handshake",
        failed.failure());
  }

  /** By a rule of an organization that is none of its connectors. */
  public static Refusal of(Reply reply, String rule, String organization, Explanation explanation) {
    return new Refusal(reply, rule, organization, "", "", explanation, NO_HANDSHAKE, "", null);
  }

  private static Refusal of(Reply reply, String rule, HandshakeFailure handshake) {
    return new Refusal(
        reply, rule, "", "", "", Explanation.getDefaultInstance(), handshake, "", null);
  }

  public static Refusal tooLarge(long limit) { // RFC 1870 §6.1, §6.3
    return of(
        552,
        "5.3.4",
        "The message is larger than " + limit + " octets, the limit of this server",
        "size");
  }

  public static Refusal of(InboundDecision.Refuse decision) {
    return of(decision, "");
  }

  /**
   * @param sender whose own count was too high
   */
  public static Refusal of(InboundDecision.Refuse decision, String sender) {
    return new Refusal(
        Reply.of(decision.code(), decision.enhanced(), decision.text()),
        decision.rule(),
        decision.organization(),
        decision.connector(),
        decision.verdict(),
        decision.explanation(),
        NO_HANDSHAKE,
        sender,
        decision.reported());
  }

  /** Our trouble is the reason: nothing that the client could send would be accepted. */
  public boolean ownTrouble() {
    return OUR_TROUBLE.contains(rule);
  }

  /** A 4xx: the client may try again, and is not at fault. */
  public boolean isForNow() {
    return reply.code() < 500;
  }

  /** RFC 5321 §4.3.2: a command at the wrong time. */
  public boolean isBadSequence() {
    return reply.code() == 503;
  }

  /** The recipient does not exist: a client that guesses names is slowed by it. */
  public boolean isUnknownRecipient() {
    return reply.code() == 550 && enhanced().equals("5.1.1");
  }

  public RefusalKind kind() {
    return new RefusalKind(
        reply.code(), enhanced(), rule, organization, connector, handshake, sender);
  }

  /** The reply of one line, with the reference by which its record is found. */
  public Reply reply(String reference) {
    String end = " (reference " + reference + ")";
    String text = reply.text();
    int room = MOST_REPLY - "421 4.3.2 ".length() - 4 - end.length() - 2;
    return new Reply(reply.code(), reply.enhanced(), List.of(Texts.cut(text, room) + end));
  }

  private String enhanced() {
    return reply.enhanced() == null ? "" : reply.enhanced().toString();
  }

  /** Names of a certificate that proves nothing are not kept: its fingerprint is enough. */
  private static SessionFacts bounded(SessionFacts session) {
    if (!session.hasTlsFacts()) {
      return session;
    }
    TlsFacts tls =
        session.getTlsFacts().toBuilder()
            .clearPeerNames()
            .clearPeerSubject()
            .setServerName(Texts.cut(session.getTlsFacts().getServerName(), MOST_TEXT))
            .build();
    return session.toBuilder().setTlsFacts(tls).build();
  }

  private static Explanation bounded(Explanation explanation) {
    return explanation.getSerializedSize() <= MOST_EXPLANATION
        ? explanation
        : explanation.toBuilder()
            .clearSteps()
            .setSummary(Texts.cut(explanation.getSummary(), MOST_TEXT))
            .build();
  }

  /** The record for mail.refusals, without its reference. */
  public MessageRefused record(
      SessionFacts session, String command, String reversePath, String recipient) {
    MessageRefused.Builder record =
        MessageRefused.newBuilder()
            .setSession(bounded(session))
            .setCommand(command)
            .setReversePath(Texts.cut(reversePath, MOST_TEXT))
            .setRecipient(Texts.cut(recipient, MOST_TEXT))
            .setCode(reply.code())
            .setEnhancedCode(enhanced())
            .setText(Texts.cut(reply.text(), MOST_TEXT))
            .setRule(rule)
            .setOrganization(organization)
            .setConnector(connector)
            .setVerdict(verdict)
            .setExplanation(bounded(explanation))
            .setHandshakeFailure(handshake)
            .setAtMillis(System.currentTimeMillis());
    if (reported != null) {
      record.setReported(reported.toBuilder().setExplanation(bounded(reported.getExplanation())));
    }
    return record.build();
  }
}
