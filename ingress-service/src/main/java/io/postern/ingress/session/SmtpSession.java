package io.postern.ingress.session;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.TlsFacts;
import io.postern.ingress.rcpt.Refusal;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.transport.SmtpConnection;
import io.postern.transport.TlsHandshakeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * The server's side of one SMTP session (RFC 5321), from greeting to close. Owner: one virtual
 * thread, which may block; {@link #watch} and {@link #cutOff} come from others. Bounds: {@link
 * SessionLimits}. Nothing of a message is accepted if the session ends before the reply to its end
 * of data.
 */
public final class SmtpSession implements Runnable {
  private static final Logger LOG = Logger.getLogger(SmtpSession.class);
  private static final long GRACE_NANOS = Duration.ofSeconds(10).toNanos();

  private final SmtpConnection connection;
  private final Arrival arrival;
  private final SessionParts parts;
  private final SessionLimits limits;
  private final SessionClock clock;
  private final ClientFacts client;
  private final Replies replies;
  private final CommandLines lines;
  private final MailCommands mail;
  private final CommandPace pace;

  /**
   * @param limits of the listener
   * @param server of all connections
   */
  public SmtpSession(
      SmtpConnection connection,
      Arrival arrival,
      SessionLimits limits,
      SessionParts parts,
      Load server) {
    Load load = new Load.WithMemory(server, parts.memory());
    this.connection = connection;
    this.arrival = arrival;
    this.parts = parts;
    this.limits = limits;
    this.clock = new SessionClock(limits, load);
    this.client = new ClientFacts(connection, arrival, limits.hostName(), parts.presentedChains());
    this.pace = new CommandPace(limits.service().promptCommands());
    this.replies = new Replies(connection, limits.service(), parts, client);
    this.lines = new CommandLines(connection, clock, load, replies, limits.hostName());
    this.mail = new MailCommands(connection, limits, parts, clock, load, pace, client, replies);
  }

  @Override
  public void run() {
    try (connection;
        mail) {
      talk();
      connection.end();
    } catch (IOException gone) { // the client went away or was cut off: counted, not logged
      parts.metrics().lost();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void talk() throws IOException, InterruptedException {
    try {
      if (arrival.tls() && !handshake("connect")) {
        return;
      }
      greet();
      while (!replies.ended()) {
        byte[] line = lines.next();
        if (line != null) {
          if (pace.mustWait(mail.acceptedRecipients())) {
            connection.flush(); // the replies to the commands before it
            Thread.sleep(CommandPace.PAUSE);
          }
          obey(line);
        }
      }
    } catch (RuntimeException fault) {
      parts.metrics().failed();
      LOG.error("A session ended because of an internal error", fault);
      replies.send(Reply.of(421, "4.3.0", limits.hostName() + " internal error, try again later"));
    }
  }

  /**
   * RFC 5321 §4.3.1: a client waits for the greeting. One that has sent input already is no mail
   * client. The greeting does not wait for such input.
   */
  private void greet() throws IOException {
    if (connection.inputArrived()) {
      replies.end(
          Refusal.of(
              554,
              "5.5.1",
              "You sent data before the greeting: wait for it (RFC 5321)",
              "not-smtp"));
    } else {
      replies.send(Reply.of(220, "", limits.hostName() + " ESMTP Postern"));
    }
  }

  /**
   * From the watchdog: ends a session whose deadline passed while its thread was stuck in a read or
   * write.
   */
  public void watch() {
    if (clock.overdue(GRACE_NANOS)) {
      cutOff();
    }
  }

  /**
   * Whether a message of this session was accepted, or could not be for a trouble of ours, which is
   * no reason to slow its client down afterwards. Asked by its thread once it has ended.
   */
  public boolean fruitful() {
    return mail.acceptedMessage() || replies.ownTrouble();
  }

  /** From any thread: ends the session without a reply. */
  public void cutOff() {
    connection.abort();
  }

  private void obey(byte[] line) throws IOException, InterruptedException {
    String foreign = ForeignLines.problem(line);
    if (foreign != null) {
      replies.end(Refusal.of(554, "5.5.1", foreign, "not-smtp"));
      return;
    }
    try {
      Command parsed = CommandParser.parse(line);
      if (clock.lifetimeOver() && !mail.begun() && !(parsed instanceof Command.Quit)) {
        replies.end(clock.tooOld(limits.hostName()));
        return;
      }
      switch (parsed) {
        case Command.Ehlo ehlo -> ehlo(ehlo.host());
        case Command.Helo helo -> helo(helo.host());
        case Command.StartTls startTls -> startTls();
        case Command.Mail command -> mail.mail(command);
        case Command.Rcpt command -> mail.rcpt(command);
        case Command.Data data -> mail.data();
        case Command.Bdat chunk -> mail.bdat(chunk);
        case Command.Rset rset -> {
          mail.reset();
          replies.send(Reply.of(250, "2.0.0", "Reset"));
        }
        case Command.Noop noop -> replies.send(Reply.of(250, "2.0.0", "OK"));
        case Command.Quit quit -> {
          replies.send(Reply.of(221, "2.0.0", limits.hostName() + " closes the connection"));
          replies.end();
        }
        case Command.Vrfy vrfy -> vrfy(vrfy);
        case Command.Help help ->
            replies.send(
                Reply.of(
                    214,
                    "2.0.0",
                    "EHLO HELO STARTTLS MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY HELP",
                    "See RFC 5321"));
        case Command.Unknown unknown ->
            replies.reject(
                unknown.verb(),
                Refusal.of(500, "5.5.1", "Unknown command, HELP lists the known ones", "syntax"));
      }
    } catch (SmtpSyntaxException e) {
      String verb = verb(line);
      if (verb.equals("BDAT")) {
        // Octets of a message follow, and nobody knows how many: its author wrote what would be
        // read as commands.
        replies.end(Refusal.of(e.reply(), "syntax"));
      } else {
        replies.reject(verb, Refusal.of(e.reply(), "syntax"));
      }
    }
  }

  private void vrfy(Command.Vrfy vrfy) throws IOException {
    boolean ascii = vrfy.argument().chars().allMatch(c -> c < 0x80);
    if (ascii || vrfy.smtpUtf8()) {
      // RFC 5321 §7.3: the reply does not say whether a mailbox exists.
      replies.send(
          Reply.of(
              252, "2.5.0", "Cannot verify, send the message and delivery will be " + "attempted"));
    } else { // RFC 6531 §3.7.4.2
      replies.reject(
          "VRFY",
          Refusal.of(
              553, "5.6.7", "The address is not ASCII: add the parameter SMTPUTF8", "syntax"));
    }
  }

  private void ehlo(String name) throws IOException {
    client.greeted(name, true);
    mail.reset(); // RFC 5321 §4.1.4
    List<String> offer = new ArrayList<>();
    offer.add(limits.hostName() + " greets " + client.ip());
    offer.add("PIPELINING");
    offer.add("SIZE " + limits.maxMessageBytes());
    offer.add("8BITMIME");
    offer.add("ENHANCEDSTATUSCODES");
    offer.add("DSN"); // RFC 3461 §4
    offer.add("SMTPUTF8"); // RFC 6531 §3.1
    offer.add("CHUNKING"); // RFC 3030 §2, §3
    offer.add("BINARYMIME");
    offer.add( // RFC 9422 §3
        "LIMITS RCPTMAX=" + limits.recipients() + " MAILMAX=" + limits.messages());
    // RFC 3207 §4.2: not once TLS is active; RFC 8689 §2: only then.
    offer.add(connection.tls() ? "REQUIRETLS" : "STARTTLS");
    replies.send(Reply.of(250, "", offer.toArray(String[]::new)));
  }

  private void helo(String name) throws IOException {
    client.greeted(name, false);
    mail.reset();
    replies.send(Reply.of(250, "", limits.hostName()));
  }

  private void startTls() throws IOException {
    if (connection.tls()) {
      replies.reject("STARTTLS", Refusal.of(503, "5.5.1", "TLS is active already", "sequence"));
      return;
    }
    connection.discardInput(); // RFC 3207 §6: plaintext behind STARTTLS is nobody's command
    replies.send(Reply.of(220, "2.0.0", "Start TLS"));
    connection.flush();
    if (handshake("STARTTLS")) {
      client.forgetGreeting();
      mail.reset();
    }
  }

  /** False when the handshake failed, and with it the session. */
  private boolean handshake(String command) throws IOException {
    connection.readTimeout(clock.handshakePatience());
    try {
      TlsFacts facts = connection.startTls(parts.tls());
      parts.metrics().handshake(Spelling.of(facts.getVersion()));
      return true;
    } catch (TlsHandshakeException e) {
      parts.metrics().handshakeFailed(e.failure());
      replies.end(); // RFC 3207 §4.1: after a failed handshake there is nobody to reply to
      String reference = replies.record(command, "", Refusal.of(e));
      LOG.debugf("A TLS handshake failed, reference %s", reference);
      return false;
    }
  }

  /** The letters, ten at most, that a line which did not parse begins with. */
  private static String verb(byte[] line) {
    String text = new String(line, 0, Math.min(line.length, 10), StandardCharsets.US_ASCII);
    return text.replaceFirst("(?s)[^A-Za-z].*", "").toUpperCase(Locale.ROOT);
  }
}
