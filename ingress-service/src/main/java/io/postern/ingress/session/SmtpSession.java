package io.postern.ingress.session;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.TlsFacts;
import io.postern.ingress.attribution.Attribution;
import io.postern.rules.Directory;
import io.postern.rules.InboundDecision;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.transport.LineTooLongException;
import io.postern.transport.SmtpConnection;
import io.postern.transport.TlsHandshakeException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SMTP session (RFC 5321), from greeting to close. Owner: one virtual
 * thread, which may block; {@link #watch} and {@link #cutOff} come from others. Bounds: {@link
 * SessionLimits}. Whatever ends the session before the reply to the end of data, nothing of that
 * message was accepted.
 */
public final class SmtpSession implements Runnable {
  private static final Logger LOG = Logger.getLogger(SmtpSession.class.getName());
  private static final long GRACE_NANOS = Duration.ofSeconds(10).toNanos();

  private final SmtpConnection connection;
  private final SessionParts parts;
  private final SessionLimits limits;
  private final Load load;
  private final SessionClock clock;
  private final ClientFacts client;
  private @Nullable MailTransaction transaction;
  private int badCommands;
  private boolean over;

  public SmtpSession(SmtpConnection connection, SessionParts parts, Load load) {
    this.connection = connection;
    this.parts = parts;
    this.limits = parts.limits();
    this.load = load;
    this.clock = new SessionClock(limits, load);
    this.client = new ClientFacts(connection, limits.hostName());
  }

  @Override
  public void run() {
    try (connection) {
      talk();
      connection.flush();
    } catch (IOException gone) { // the client went away or was cut off: counted, not logged
      parts.metrics().lost();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void talk() throws IOException, InterruptedException {
    try {
      say(Reply.of(220, "", limits.hostName() + " ESMTP Postern"));
      while (!over) {
        byte[] line = nextLine();
        if (line != null) {
          obey(line);
        }
      }
    } catch (RuntimeException fault) {
      parts.metrics().failed();
      LOG.log(Level.SEVERE, "A session ended by a fault of ours", fault);
      say(Reply.of(421, "4.3.0", limits.hostName() + " has a problem, try again later"));
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

  /** From any thread: ends the session without another word. */
  public void cutOff() {
    connection.abort();
  }

  /** A command line; null when there is none to obey: it was too long, or the wait is over. */
  private byte @Nullable [] nextLine() throws IOException {
    if (!connection.inputBuffered()) {
      connection
          .flush(); // RFC 2920 §3.2: replies go out together, at the latest when nothing waits
    }
    long silentSince = System.nanoTime();
    try {
      while (!connection.inputBuffered()) {
        if (load.stopping()) {
          return end(Refusal.of(421, "4.3.2", limits.hostName() + " is shutting down", "stopping"));
        }
        if (clock.left(silentSince).isNegative()) {
          return end(Refusal.of(421, "4.4.2", limits.hostName() + " waited too long", "timeout"));
        }
        awaitInput(clock.slice(silentSince));
      }
      connection.readTimeout(clock.whole(silentSince));
      return connection.readLine(SessionLimits.COMMAND_LINE);
    } catch (SocketTimeoutException e) {
      return end(Refusal.of(421, "4.4.2", limits.hostName() + " waited too long", "timeout"));
    } catch (LineTooLongException e) {
      bad(
          "",
          Reply.of(
              500,
              "5.5.2",
              "The line is longer than " + SessionLimits.COMMAND_LINE + " octets, shorten it"),
          "syntax");
      return null;
    }
  }

  private void awaitInput(Duration wait) throws IOException {
    connection.readTimeout(wait);
    try {
      if (connection.fill() < 0) {
        throw new EOFException();
      }
    } catch (SocketTimeoutException e) { // look around, then wait on
    }
  }

  private byte @Nullable [] end(Refusal why) throws IOException {
    refuse("", "", why);
    over = true;
    return null;
  }

  private void obey(byte[] line) throws IOException, InterruptedException {
    try {
      switch (CommandParser.parse(line)) {
        case Command.Ehlo ehlo -> ehlo(ehlo.host());
        case Command.Helo helo -> helo(helo.host());
        case Command.StartTls startTls -> startTls();
        case Command.Mail mail -> mail(mail);
        case Command.Rcpt rcpt -> rcpt(rcpt.to(), rcpt.parameters());
        case Command.Data data -> data();
        case Command.Rset rset -> {
          transaction = null;
          say(Reply.of(250, "2.0.0", "Reset"));
        }
        case Command.Noop noop -> say(Reply.of(250, "2.0.0", "OK"));
        case Command.Quit quit -> {
          say(Reply.of(221, "2.0.0", limits.hostName() + " closes the connection"));
          over = true;
        }
        // RFC 5321 §7.3: whether a mailbox exists is told by nobody here.
        case Command.Vrfy vrfy ->
            say(Reply.of(252, "2.5.0", "Cannot verify, send mail and it will be tried"));
        case Command.Help help ->
            say(
                Reply.of(
                    214,
                    "2.0.0",
                    "EHLO HELO STARTTLS MAIL RCPT DATA RSET NOOP QUIT VRFY HELP",
                    "See RFC 5321"));
        case Command.Unknown unknown ->
            bad(
                unknown.verb(),
                Reply.of(500, "5.5.1", "Unknown command, HELP lists the known ones"),
                "syntax");
      }
    } catch (SmtpSyntaxException e) {
      bad(verb(line), MailParameters.asOffered(e).reply(), "syntax");
    }
  }

  private void ehlo(String name) throws IOException {
    client.greeted(name, true);
    transaction = null; // RFC 5321 §4.1.4
    List<String> lines = new ArrayList<>();
    lines.add(limits.hostName() + " greets " + client.ip());
    lines.add("PIPELINING");
    lines.add("SIZE " + limits.maxMessageBytes());
    lines.add("8BITMIME");
    lines.add("ENHANCEDSTATUSCODES");
    if (!connection.tls()) { // RFC 3207 §4.2: not once TLS is active
      lines.add("STARTTLS");
    }
    say(Reply.of(250, "", lines.toArray(String[]::new)));
  }

  private void helo(String name) throws IOException {
    client.greeted(name, false);
    transaction = null;
    say(Reply.of(250, "", limits.hostName()));
  }

  private void startTls() throws IOException {
    if (connection.tls()) {
      bad("STARTTLS", Reply.of(503, "5.5.1", "TLS is active already"), "sequence");
      return;
    }
    connection.discardInput(); // RFC 3207 §6: what came along in plaintext is nobody's command
    say(Reply.of(220, "2.0.0", "Begin the TLS handshake"));
    connection.flush();
    connection.readTimeout(clock.whole(System.nanoTime()));
    try {
      TlsFacts facts = connection.startTls(parts.tls());
      parts.metrics().handshake(Spelling.of(facts.getVersion()));
    } catch (TlsHandshakeException e) {
      parts.metrics().handshake("failed");
      over = true; // RFC 3207 §4.1: after a failed handshake there is nobody to say anything to
      told(
          "STARTTLS",
          "",
          Refusal.of(454, "4.7.0", "TLS handshake failed: " + e.getMessage(), "handshake"));
      return;
    }
    client.forgetGreeting();
    transaction = null;
  }

  private void mail(Command.Mail command) throws IOException, SmtpSyntaxException {
    if (!client.greeted()) {
      bad("MAIL", Reply.of(503, "5.5.1", "Say EHLO first"), "sequence");
      return;
    }
    if (transaction != null) {
      bad("MAIL", Reply.of(503, "5.5.1", "A mail is under way, RSET gives it up"), "sequence");
      return;
    }
    MailParameters parameters = MailParameters.of(command);
    Address from = command.from();
    if (parameters.size() > limits.maxMessageBytes()) {
      refuse("MAIL", "", DataCommand.tooLarge(limits.maxMessageBytes()));
      return;
    }
    Optional<Directory> directory = parts.directory().get();
    if (directory.isEmpty()) {
      refuse("MAIL", "", directoryUnavailable());
      return;
    }
    client.mailBegan();
    String domain = from == null ? null : from.asciiDomain();
    transaction =
        new MailTransaction(
            from,
            parameters,
            new Attribution(parts.verdicts(), client.inbound(domain), limits.verdictPatience()));
    say(Reply.of(250, "2.1.0", "Sender noted"));
  }

  private void rcpt(Address to, Map<String, String> parameters)
      throws IOException, SmtpSyntaxException {
    MailTransaction mail = transaction;
    if (mail == null) {
      bad("RCPT", Reply.of(503, "5.5.1", "Say MAIL first"), "sequence");
      return;
    }
    for (String name : parameters.keySet()) {
      throw MailParameters.unknown("RCPT", name);
    }
    if (!to.isAscii()) { // RFC 6531 §3.4: only with SMTPUTF8
      throw MailParameters.notAscii();
    }
    String address = to.domain().isEmpty() ? limits.postmaster() : to.toString();
    if (address == null) {
      mail.refusedRecipient();
      refuse(
          "RCPT",
          to.toString(),
          Refusal.of(
              550, "5.1.1", "No postmaster is set here, write to postmaster@domain", "postmaster"));
      return;
    }
    if (mail.recipients().contains(address)) {
      say(Reply.of(250, "2.1.5", "Recipient noted before"));
      return;
    }
    if (mail.full()) { // RFC 5321 §4.5.3.1.10
      refuse(
          "RCPT",
          address,
          Refusal.of(
              452,
              "4.5.3",
              "More than "
                  + SessionLimits.RECIPIENTS
                  + " recipients, send the rest in another mail",
              "recipients"));
      return;
    }
    Optional<Directory> directory = parts.directory().get();
    if (directory.isEmpty()) {
      mail.refusedRecipient();
      refuse("RCPT", address, directoryUnavailable());
      return;
    }
    mail.decidedWith(directory.get().version());
    String domain = to.domain().isEmpty() ? Address.parse(address).asciiDomain() : to.asciiDomain();
    switch (mail.attribution().decide(directory.get(), domain)) {
      case InboundDecision.Accept accept -> {
        mail.recipients().add(address, accept);
        say(Reply.of(250, "2.1.5", "Recipient noted"));
      }
      case InboundDecision.Refuse refusal -> {
        mail.refusedRecipient();
        refuse("RCPT", address, Refusal.of(refusal));
      }
      case InboundDecision.VerdictNeeded needed ->
          throw new IllegalStateException("attribution left a verdict open");
    }
  }

  private void data() throws IOException, InterruptedException {
    MailTransaction mail = transaction;
    if (mail == null) {
      bad("DATA", Reply.of(503, "5.5.1", "Say MAIL and RCPT first"), "sequence");
      return;
    }
    if (mail.onlyRefusals()) { // RFC 5321 §3.3: "no valid recipients"
      refuse("DATA", "", Refusal.of(554, "5.5.1", "No valid recipients", "sequence"));
      return;
    }
    if (mail.recipients().isEmpty()) {
      bad("DATA", Reply.of(503, "5.5.1", "Say RCPT first"), "sequence");
      return;
    }
    DataCommand data = new DataCommand(connection, parts, clock, client, mail);
    Refusal refusal = data.receive();
    if (refusal != null) {
      refuse("DATA", "", refusal);
      over = data.endsSession();
    } else {
      say(data.accepted());
      clock.restart();
    }
    transaction = null;
  }

  private static Refusal directoryUnavailable() {
    return Refusal.of(
        451, "4.3.0", "The directory cannot be read now, try again later", "directory-unavailable");
  }

  /** A command that is none, or comes at the wrong time: too many of them end the session. */
  private void bad(String command, Reply reply, String rule) throws IOException {
    if (++badCommands >= SessionLimits.BAD_COMMANDS) {
      end(Refusal.of(421, "4.7.0", "Too many bad commands, the last: " + reply.text(), rule));
    } else {
      refuse(command, "", Refusal.of(reply, rule));
    }
  }

  private void refuse(String command, String recipient, Refusal refusal) throws IOException {
    told(command, recipient, refusal);
    say(refusal.reply());
  }

  private void told(String command, String recipient, Refusal refusal) {
    String reversePath = transaction == null ? "" : transaction.reversePath();
    MessageRefused told = refusal.told(client.facts(), command, reversePath, recipient);
    parts.metrics().refused(told.getCode(), told.getEnhancedCode());
    parts.refusals().record(told);
  }

  private void say(Reply reply) throws IOException {
    connection.write(reply.toBytes());
  }

  /** The first word of a line that did not parse, if it looks like a command. */
  private static String verb(byte[] line) {
    String text = new String(line, 0, Math.min(line.length, 10), StandardCharsets.US_ASCII);
    String word = text.split(" ", 2)[0];
    return word.matches("[A-Za-z]+") ? word.toUpperCase(java.util.Locale.ROOT) : "";
  }
}
