package io.postern.ingress.session;

import io.postern.ingress.rcpt.Refusal;
import io.postern.ingress.rcpt.RefusalKind;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import java.io.IOException;

/**
 * The replies of a session: to the client, buffered until the session waits for more (RFC 2920
 * §3.2), and refusals to mail.refusals and the metrics too. Knows when the session has ended.
 * Owner: the session's thread.
 */
final class Replies {
  private final SmtpConnection connection;
  private final ServiceLimits limits;
  private final SessionParts parts;
  private final ClientFacts client;
  private String reversePath = "";
  private int badCommands;
  private boolean ownTrouble;
  private boolean ended;

  Replies(SmtpConnection connection, ServiceLimits limits, SessionParts parts, ClientFacts client) {
    this.connection = connection;
    this.limits = limits;
    this.parts = parts;
    this.client = client;
  }

  /** Begins the mail transaction to which refusals belong from now on; "" for none. */
  void transaction(String mailFrom) {
    reversePath = mailFrom;
  }

  void send(Reply reply) throws IOException {
    connection.write(reply.toBytes());
  }

  /** Refuses a command for its syntax or its time: too many of them end the session. */
  void reject(String command, Refusal why) throws IOException {
    if (++badCommands >= limits.badCommands()) {
      end(
          Refusal.of(
              421,
              "4.7.0",
              "Too many invalid commands, the last: " + why.reply().text(),
              why.rule()));
    } else {
      refuse(command, "", why);
    }
  }

  void refuse(String command, String recipient, Refusal refusal) throws IOException {
    send(refusal.reply(record(command, recipient, refusal)));
  }

  /** Records a refusal, also one without a reply, and returns its reference. */
  String record(String command, String recipient, Refusal refusal) {
    RefusalKind kind = refusal.kind();
    ownTrouble |= refusal.ownTrouble();
    parts.metrics().refusals(kind.code(), kind.enhanced()).increment();
    return parts
        .refusals()
        .add(
            client.source(),
            kind,
            () -> refusal.record(client.facts(), command, reversePath, recipient),
            () -> client.variant(reversePath, recipient));
  }

  /** Ends the session with a last reply. */
  void end(Refusal why) throws IOException {
    refuse("", "", why);
    end();
  }

  void end() {
    ended = true;
  }

  /** A refusal of this session was for a trouble of ours. */
  boolean ownTrouble() {
    return ownTrouble;
  }

  boolean ended() {
    return ended;
  }
}
