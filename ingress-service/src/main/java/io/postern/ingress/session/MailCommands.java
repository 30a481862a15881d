package io.postern.ingress.session;

import io.postern.contracts.v1.BodyType;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Refusal;
import io.postern.log.LogSpace;
import io.postern.rules.Directory;
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
 * The commands of a session's mail transaction (RFC 5321 §3.3), MAIL, RCPT, DATA and BDAT, and
 * their replies. Owner: the session's thread, which must close it.
 */
final class MailCommands implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(MailCommands.class);
  private static final Refusal SAY_MAIL = sequence("Send MAIL and RCPT first");
  private static final Refusal SAY_RCPT = sequence("Send RCPT first");
  private static final Refusal SAY_BDAT =
      sequence("A message with BODY=BINARYMIME must be sent with BDAT");
  private static final Refusal MESSAGE_BEGAN =
      sequence("The message was started with BDAT: end it with BDAT, or send RSET");

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
  private @Nullable ChunkedMessage chunks; // BDAT has begun, with a transaction or without
  private int mails;
  private boolean acceptedMessage;

  MailCommands(
      SmtpConnection connection,
      SessionLimits limits,
      SessionParts parts,
      SessionClock clock,
      Load load,
      CommandPace pace,
      ClientFacts client,
      Replies replies) {
    this.connection = connection;
    this.parts = parts;
    this.limits = limits;
    this.clock = clock;
    this.load = load;
    this.pace = pace;
    this.client = client;
    this.replies = replies;
    this.handshakes = new HandshakeReport(connection, client, parts.handshakes());
  }

  void mail(Command.Mail command) throws IOException, SmtpSyntaxException {
    if (!client.greeted()) {
      replies.reject("MAIL", sequence("Send EHLO first"));
      return;
    }
    if (transaction != null) {
      replies.reject("MAIL", sequence("A mail transaction is in progress, send RSET to abort it"));
      return;
    }
    // RFC 9422 §4.1: MAILMAX counts each MAIL, also one that fails
    if (++mails > limits.messages()) {
      replies.end(
          Refusal.of(
              421,
              "4.5.3",
              limits.messages() + " messages is the limit of a session, open a new one",
              "messages"));
      return;
    }
    forgetChunks(); // of a transaction that was refused
    MailParameters parameters = MailParameters.of(command, client.extended(), connection.tls());
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
    client.mailBegan(parameters.smtpUtf8());
    MailTransaction begun = new MailTransaction(from, parameters, limits, parts, client);
    transaction = begun;
    replies.transaction(begun.reversePath());
    replies.send(Reply.of(250, "2.1.0", "Sender OK"));
  }

  private static Refusal sequence(String text) {
    return Refusal.of(503, "5.5.1", text, "sequence");
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
      replies.reject("RCPT", sequence("Send MAIL first"));
      return;
    }
    if (chunks != null) {
      replies.reject("RCPT", MESSAGE_BEGAN);
      return;
    }
    RecipientParameters parameters = RecipientParameters.of(command, mail.parameters().smtpUtf8());
    Directory directory = parts.directory().get().orElse(null);
    Address to =
        command.to().domain().isEmpty() && directory != null
            ? limits.postmaster(directory)
            : command.to();
    if (to == null) {
      refuseRecipient(mail, command.to().toString(), Refusal.NO_POSTMASTER);
    } else if (mail.recipients().contains(to.toString())) {
      replies.send(Reply.of(250, "2.1.5", "Recipient OK, duplicate"));
    } else if (directory == null) {
      refuseRecipient(mail, to.toString(), Refusal.DIRECTORY_UNAVAILABLE);
    } else {
      check(mail, new Candidate(directory, parameters.recipient(to)));
    }
  }

  private void check(MailTransaction mail, Candidate candidate) throws IOException {
    Refusal refusal = mail.refusal(candidate, this::pause);
    if (candidate.proved()) {
      client.proved();
    }
    if (refusal == null) {
      replies.send(Reply.of(250, "2.1.5", "Recipient OK"));
    } else {
      refuseRecipient(mail, candidate.recipient().text(), refusal);
    }
  }

  private Iterable<Address> pause() throws IOException {
    connection.flush(); // RFC 2920 §3.2: the replies before this one do not wait with it
    return ArrivedRecipients.in(connection.input());
  }

  private void refuseRecipient(MailTransaction mail, String address, Refusal refusal)
      throws IOException {
    mail.refused(refusal);
    if (refusal.isUnknownRecipient()) {
      pace.unknownRecipient();
    }
    replies.refuse("RCPT", address, refusal);
  }

  /** Why the message of the transaction may not begin, by DATA or BDAT; null: it may. */
  private @Nullable Refusal mayNotBegin() {
    MailTransaction mail = transaction;
    if (mail == null) {
      return SAY_MAIL;
    }
    Refusal onlyRefusals = mail.onlyRefusals();
    if (onlyRefusals != null) {
      return onlyRefusals;
    }
    return mail.recipients().isEmpty() ? SAY_RCPT : noRoom(mail.parameters().size());
  }

  void data() throws IOException, InterruptedException {
    MailTransaction mail = transaction;
    if (mail != null && chunks != null) { // RFC 3030 §2
      replies.reject("DATA", MESSAGE_BEGAN);
      return;
    }
    Refusal refusal = mayNotBegin();
    if (refusal == null
        && mail != null
        && mail.parameters().body() == BodyType.BODY_BINARYMIME) { // RFC 3030 §3
      refusal = SAY_BDAT;
    }
    if (mail == null || refusal != null && refusal.isBadSequence()) {
      replies.reject("DATA", refusal == null ? SAY_MAIL : refusal);
    } else if (refusal == null) {
      receive(mail);
    } else {
      replies.refuse("DATA", "", refusal);
      if (!mail.recipients().isEmpty()) { // no room for the message
        reset();
      }
    }
  }

  private void receive(MailTransaction mail) throws IOException, InterruptedException {
    DataCommand data = new DataCommand(connection, parts, input(), client, mail);
    Refusal refusal = data.receive();
    if (refusal != null) {
      replies.refuse("DATA", "", refusal);
    } else {
      accepted(mail, data.acceptance());
    }
    if (data.endsSession()) {
      replies.end();
    }
    reset();
  }

  /** RFC 3030 §2: each chunk's octets are read, whatever its reply is, and each has a reply. */
  void bdat(Command.Bdat command) throws IOException, InterruptedException {
    boolean first = chunks == null;
    ChunkedMessage message = chunks == null ? firstChunk() : chunks;
    chunks = message;
    boolean whole = message.read(command.octets());
    if (whole) {
      if (!first) { // each message's first one counts as any command
        pace.chunk(command.octets());
      }
      clock.paid(command.octets());
    }
    MessageReceipt.Acceptance acceptance = whole && command.last() ? message.finish() : null;
    Refusal refusal = message.refusal();
    if (refusal != null) {
      replies.refuse("BDAT", "", refusal);
    } else if (acceptance != null && transaction != null) {
      accepted(transaction, acceptance);
    } else {
      replies.send(Reply.of(250, "2.0.0", command.octets() + " octets received"));
    }
    if (!whole) { // the rest of the chunk may still come, and is no command
      replies.end();
    }
    if (command.last() || !whole) {
      reset();
    }
  }

  private ChunkedMessage firstChunk() throws InterruptedException {
    MailTransaction mail = transaction;
    Refusal refusal = mayNotBegin();
    return mail == null || refusal != null
        ? ChunkedMessage.refused(connection, limits, input(), refusal == null ? SAY_MAIL : refusal)
        : ChunkedMessage.begin(connection, parts, input(), client, mail);
  }

  private ContentInput input() {
    return new ContentInput(connection, clock, load, limits);
  }

  private void accepted(MailTransaction mail, MessageReceipt.Acceptance acceptance)
      throws IOException {
    replies.send(acceptance.reply());
    clock.restart();
    pace.restart();
    acceptedMessage = true;
    count(acceptance, mail);
  }

  /** The client has its 250: a failure here changes nothing for it. */
  private void count(MessageReceipt.Acceptance acceptance, MailTransaction mail) {
    try {
      parts.metrics().accepted(acceptance.size(), mail.recipients().size(), acceptance.latency());
      if (chunks != null) {
        parts.metrics().acceptedInChunks();
      }
      handshakes.report(mail.groupsOfClient());
    } catch (RuntimeException fault) {
      LOG.error("An accepted message was not counted because of an internal error", fault);
    }
  }

  /** Recipients of the transaction under way. */
  int acceptedRecipients() {
    return transaction == null ? 0 : transaction.recipients().size();
  }

  /** A mail transaction is under way. */
  boolean begun() {
    return transaction != null;
  }

  boolean acceptedMessage() {
    return acceptedMessage;
  }

  /** RFC 5321 §4.1.1.5, §4.1.4: gives up the transaction under way. */
  void reset() {
    forgetChunks();
    if (transaction != null) {
      transaction.close();
      transaction = null;
      client.mailCameFrom(null);
    }
    client.mailEnded();
    replies.transaction("");
  }

  private void forgetChunks() {
    if (chunks != null) {
      chunks.close();
      chunks = null;
    }
  }

  @Override
  public void close() {
    reset();
  }
}
