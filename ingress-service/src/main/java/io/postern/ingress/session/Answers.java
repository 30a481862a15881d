package io.postern.ingress.session;

import io.postern.ingress.intake.RefusalKind;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import java.io.IOException;

/**
 * What a session answers: to the client, buffered until it waits for more (RFC 2920 §3.2), and a
 * "no" to mail.refusals and the metrics too. Knows when the session is over. Owner: the session's
 * thread.
 */
final class Answers {
  private final SmtpConnection connection;
  private final SessionParts parts;
  private final ClientFacts client;
  private String reversePath = "";
  private int badCommands;
  private boolean troubled;
  private boolean over;

  Answers(SmtpConnection connection, SessionParts parts, ClientFacts client) {
    this.connection = connection;
    this.parts = parts;
    this.client = client;
  }

  /** The mail transaction that refusals belong to from now on; "" for none. */
  void during(String mailFrom) {
    reversePath = mailFrom;
  }

  void say(Reply reply) throws IOException {
    connection.write(reply.toBytes());
  }

  /** A command that is none, or comes at the wrong time: too many of them end the session. */
  void bad(String command, Reply reply, String rule) throws IOException {
    if (++badCommands >= SessionLimits.BAD_COMMANDS) {
      end(Refusal.of(421, "4.7.0", "Too many bad commands, the last: " + reply.text(), rule));
    } else {
      refuse(command, "", Refusal.of(reply, rule));
    }
  }

  void refuse(String command, String recipient, Refusal refusal) throws IOException {
    say(refusal.reply(report(command, recipient, refusal)));
  }

  /** For the record, where there may be nobody to say it to: its reference. */
  String report(String command, String recipient, Refusal refusal) {
    RefusalKind kind = refusal.kind();
    troubled |= refusal.forOurTrouble();
    parts.metrics().refusals(kind.code(), kind.enhanced()).increment();
    return parts
        .refusals()
        .refused(
            client.source(),
            kind,
            () -> refusal.record(client.facts(), command, reversePath, recipient));
  }

  /** The last words: 421. */
  void end(Refusal why) throws IOException {
    refuse("", "", why);
    end();
  }

  void end() {
    over = true;
  }

  /** A "no" of this session was for a trouble of ours. */
  boolean troubled() {
    return troubled;
  }

  boolean over() {
    return over;
  }
}
