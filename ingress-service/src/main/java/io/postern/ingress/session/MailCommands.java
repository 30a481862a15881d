package io.postern.ingress.session;

import io.postern.ingress.attribution.AcceptedRecipients;
import io.postern.ingress.attribution.Attribution;
import io.postern.log.LogSpace;
import io.postern.rules.Directory;
import io.postern.rules.InboundDecision;
import io.postern.smtp.Address;
import io.postern.smtp.Command;
import io.postern.smtp.Reply;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a session's mail transaction (RFC 5321 §3.3), MAIL, RCPT and DATA, and their
 * replies. Owner: the session's thread, which must close it.
 */
final class MailCommands implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(MailCommands.class);

  private final SmtpConnection connection;
  private final SessionParts parts;
  private final SessionLimits limits;
  private final SessionClock clock;
  private final Load load;
  private final CommandPace pace;
  private final ClientFacts client;
  private final Replies replies;
  private final HandshakeReport handshakes;
  private @Nullable MailTransaction transaction;
  private boolean acceptedMessage;

  MailCommands(
      SmtpConnection connection,
      SessionParts parts,
      SessionClock clock,
      Load load,
      CommandPace pace,
      ClientFacts client,
      Replies replies) {
    this.connection = connection;
    this.parts = parts;
    this.limits = parts.limits();
    this.clock = clock;
    this.load = load;
    this.pace = pace;
    this.client = client;
    this.replies = replies;
    this.handshakes = new HandshakeReport(connection, client, parts.handshakes());
  }

  void mail(Command.Mail command) throws IOException, SmtpSyntaxException {
    if (!client.greeted()) {
      replies.reject("MAIL", Reply.of(503, "5.5.1", "Say EHLO first"), "sequence");
      return;
    }
    if (transaction != null) {
      replies.reject(
          "MAIL", Reply.of(503, "5.5.1", "A mail is under way, RSET gives it up"), "sequence");
      return;
    }
    MailParameters parameters = MailParameters.of(command);
    Address from = command.from();
    if (parameters.size() > limits.maxMessageBytes()) {
      replies.refuse("MAIL", "", Refusal.tooLarge(limits.maxMessageBytes()));
      return;
    }
    Optional<Directory> directory = parts.directory().get();
    if (directory.isEmpty()) {
      replies.refuse("MAIL", "", Refusal.DIRECTORY_UNAVAILABLE);
      return;
    }
    Refusal noRoom = noRoom(parameters.size());
    if (noRoom != null) {
      replies.refuse("MAIL", "", noRoom);
      return;
    }
    client.mailBegan();
    String domain = from == null ? null : from.asciiDomain();
    Attribution attribution =
        new Attribution(
            parts.verdicts(),
            client.inbound(domain),
            limits.verdictPatience(),
            limits.verdictHolds());
    MailTransaction begun =
        new MailTransaction(
            from,
            parameters,
            attribution,
            new AcceptedRecipients(parts.recipients().holding(client.source())));
    transaction = begun;
    replies.transaction(begun.reversePath());
    replies.send(Reply.of(250, "2.1.0", "Sender noted"));
  }

  /** Null when there is room for the content of one more message of this client. */
  private @Nullable Refusal noRoom(long declared) {
    if (parts.space().get() != LogSpace.State.OPEN) {
      return Refusal.NO_SPACE;
    }
    return parts.unaccepted().full(client.source(), declared) ? Refusal.UNACCEPTED_CONTENT : null;
  }

  void rcpt(Command.Rcpt command) throws IOException, SmtpSyntaxException {
    MailTransaction mail = transaction;
    if (mail == null) {
      replies.reject("RCPT", Reply.of(503, "5.5.1", "Say MAIL first"), "sequence");
      return;
    }
    RecipientParameters parameters = RecipientParameters.of(command);
    Address to = command.to();
    if (!to.isAscii()) { // RFC 6531 §3.4: only with SMTPUTF8
      throw MailParameters.notAscii();
    }
    String address = to.domain().isEmpty() ? limits.postmaster() : to.toString();
    if (address == null) {
      refuseRecipient(
          mail,
          to.toString(),
          Refusal.of(
              550, "5.1.1", "No postmaster is set here, write to postmaster@domain", "postmaster"));
      return;
    }
    if (mail.recipients().contains(address)) {
      replies.send(Reply.of(250, "2.1.5", "Recipient noted before"));
      return;
    }
    if (mail.full()) { // RFC 5321 §4.5.3.1.10
      replies.refuse("RCPT", address, tooMany("More than " + SessionLimits.RECIPIENTS));
      return;
    }
    Optional<Directory> directory = parts.directory().get();
    if (directory.isEmpty()) {
      refuseRecipient(mail, address, Refusal.DIRECTORY_UNAVAILABLE);
      return;
    }
    mail.noteDirectoryVersion(directory.get().version());
    String domain = to.domain().isEmpty() ? Address.parse(address).asciiDomain() : to.asciiDomain();
    switch (mail.attribution().decide(directory.get(), domain)) {
      case InboundDecision.Accept accept -> {
        switch (mail.recipients().add(parameters.recipient(address), accept)) {
          case TAKEN -> replies.send(Reply.of(250, "2.1.5", "Recipient noted"));
          case MESSAGE_FULL -> refuseRecipient(mail, address, tooMany("No room for more"));
          case NO_MEMORY -> refuseRecipient(mail, address, Refusal.NO_MEMORY);
        }
      }
      case InboundDecision.Refuse refusal -> refuseRecipient(mail, address, Refusal.of(refusal));
      case InboundDecision.VerdictNeeded needed ->
          throw new IllegalStateException("attribution left a verdict open");
    }
  }

  private void refuseRecipient(MailTransaction mail, String address, Refusal refusal)
      throws IOException {
    mail.countRefusedRecipient();
    replies.refuse("RCPT", address, refusal);
  }

  void data() throws IOException, InterruptedException {
    MailTransaction mail = transaction;
    if (mail == null) {
      replies.reject("DATA", Reply.of(503, "5.5.1", "Say MAIL and RCPT first"), "sequence");
      return;
    }
    if (mail.onlyRefusals()) { // RFC 5321 §3.3: "no valid recipients"
      replies.refuse("DATA", "", Refusal.of(554, "5.5.1", "No valid recipients", "sequence"));
      return;
    }
    if (mail.recipients().isEmpty()) {
      replies.reject("DATA", Reply.of(503, "5.5.1", "Say RCPT first"), "sequence");
      return;
    }
    Refusal noRoom = noRoom(mail.parameters().size());
    if (noRoom != null) {
      replies.refuse("DATA", "", noRoom);
      reset();
      return;
    }
    DataCommand data = new DataCommand(connection, parts, clock, load, client, mail);
    Refusal refusal = data.receive();
    if (refusal != null) {
      replies.refuse("DATA", "", refusal);
    } else {
      DataCommand.Acceptance acceptance = data.acceptance();
      replies.send(acceptance.reply());
      clock.restart();
      pace.restart();
      acceptedMessage = true;
      count(acceptance, mail);
    }
    if (data.endsSession()) {
      replies.end();
    }
    reset();
  }

  /** The client has its 250: a failure here changes nothing for it. */
  private void count(DataCommand.Acceptance acceptance, MailTransaction mail) {
    try {
      parts.metrics().accepted(acceptance.size(), mail.recipients().size(), acceptance.latency());
      handshakes.report(mail.recipients().groups());
    } catch (RuntimeException fault) {
      LOG.error("An accepted message was not counted by a fault of ours", fault);
    }
  }

  /** Recipients of the transaction under way. */
  int acceptedRecipients() {
    return transaction == null ? 0 : transaction.recipients().size();
  }

  boolean acceptedMessage() {
    return acceptedMessage;
  }

  /** RFC 5321 §4.1.1.5, §4.1.4: gives up the transaction under way. */
  void reset() {
    if (transaction != null) {
      transaction.close();
      transaction = null;
    }
    replies.transaction("");
  }

  @Override
  public void close() {
    reset();
  }

  private static Refusal tooMany(String beginning) {
    return Refusal.of(
        452, "4.5.3", beginning + " recipients, send the rest in another mail", "recipients");
  }
}
