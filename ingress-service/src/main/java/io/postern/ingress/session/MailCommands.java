package io.postern.ingress.session;

import static java.util.Objects.requireNonNull;

import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.ingress.attribution.AcceptedRecipients;
import io.postern.ingress.attribution.Attribution;
import io.postern.ingress.attribution.RewrittenSenders;
import io.postern.ingress.rates.Exceeded;
import io.postern.ingress.rates.MailRates;
import io.postern.log.LogSpace;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.RecipientRules;
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
  private static final Reply SAY_MAIL = Reply.of(503, "5.5.1", "Send MAIL and RCPT first");
  private static final Reply SAY_RCPT = Reply.of(503, "5.5.1", "Send RCPT first");
  private static final Reply MESSAGE_BEGAN =
      Reply.of(503, "5.5.1", "The message was started with BDAT: end it with BDAT, or send RSET");

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
  private @Nullable MailboxCheck mailboxes; // of the transaction
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
      replies.reject("MAIL", Reply.of(503, "5.5.1", "Send EHLO first"), "sequence");
      return;
    }
    if (transaction != null) {
      replies.reject(
          "MAIL",
          Reply.of(503, "5.5.1", "A mail transaction is in progress, send RSET to abort it"),
          "sequence");
      return;
    }
    // RFC 9422 §4.1: MAILMAX counts each MAIL, also one that fails
    if (++mails > limits.mail().messages()) {
      replies.end(
          Refusal.of(
              421,
              "4.5.3",
              limits.mail().messages() + " messages is the limit of a session, open a new one",
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
    String domain = from == null ? null : from.asciiDomain();
    Attribution attribution =
        new Attribution(
            parts.verdicts(),
            parts.backgroundVerdicts(),
            client.inbound(domain),
            limits.verdictPatience(),
            limits.verdictHolds());
    MailTransaction begun =
        new MailTransaction(
            from,
            parameters,
            attribution,
            new AcceptedRecipients(parts.recipients().holding(client.source())),
            new MailRates(
                parts.rates(),
                client.ip(),
                client.network(),
                limits.mail().messagesPerMinutePerNetwork(),
                from),
            limits.mail().recipients());
    transaction = begun;
    mailboxes =
        new MailboxCheck(
            parts.mailboxes(),
            parts.metrics(),
            client.source(),
            connection,
            parameters.requireTls());
    replies.transaction(begun.reversePath());
    replies.send(Reply.of(250, "2.1.0", "Sender OK"));
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
      replies.reject("RCPT", Reply.of(503, "5.5.1", "Send MAIL first"), "sequence");
      return;
    }
    if (chunks != null) {
      replies.reject("RCPT", MESSAGE_BEGAN, "sequence");
      return;
    }
    RecipientParameters parameters = RecipientParameters.of(command, mail.parameters().smtpUtf8());
    Optional<Directory> directory = parts.directory().get();
    if (directory.isEmpty()) {
      refuseRecipient(mail, command.to().toString(), Refusal.DIRECTORY_UNAVAILABLE);
      return;
    }
    Address recipient =
        command.to().domain().isEmpty() ? limits.postmaster(directory.get()) : command.to();
    if (recipient == null) {
      refuseRecipient(mail, command.to().toString(), Refusal.NO_POSTMASTER);
      return;
    }
    String address = recipient.toString();
    if (mail.recipients().contains(address)) {
      replies.send(Reply.of(250, "2.1.5", "Recipient OK, duplicate"));
      return;
    }
    if (mail.full()) { // RFC 5321 §4.5.3.1.10
      refuseRecipient(mail, address, tooMany("More than " + limits.mail().recipients()));
      return;
    }
    mail.noteDirectoryVersion(directory.get().version());
    boolean first = mail.recipients().isEmpty();
    switch (mail.attribution()
        .atRecipient(directory.get(), address, recipient.asciiDomain(), first)) {
      case InboundDecision.Accept accept -> {
        InboundDecision.Refuse tooLong =
            RewrittenSenders.tooLong(directory.get(), mail.reversePath(), accept);
        if (tooLong == null) {
          letIn(mail, directory.get(), recipient, parameters.recipient(address), accept);
        } else {
          refuseRecipient(mail, address, Refusal.of(tooLong));
        }
      }
      case InboundDecision.Refuse refusal -> refuseRecipient(mail, address, Refusal.of(refusal));
      case InboundDecision.VerdictNeeded needed ->
          throw new IllegalStateException("attribution left a verdict open");
    }
  }

  /** The rules let it in; it may be the address of a rewritten sender. */
  private void letIn(
      MailTransaction mail,
      Directory directory,
      Address recipient,
      EnvelopeRecipient given,
      InboundDecision.Accept accept)
      throws IOException {
    if (!accept.verdict().isEmpty()) { // only a good one lets in
      client.proved();
    }
    String address = given.getAddress();
    switch (parts
        .rewrittenSenders()
        .of(
            directory,
            recipient,
            mail.reversePath().isEmpty(),
            domain -> mail.attribution().decide(directory, domain))) {
      case RewrittenSenders.Ordinary ordinary -> {
        boolean relayed =
            accept.direction() == Direction.ORIGINATING
                || mail.attribution().source().candidatesGateway() != null;
        Refusal unknown = unknown(mail, directory, recipient, accept, relayed);
        if (unknown == null) {
          add(mail, directory, given, accept);
        } else {
          refuseRecipient(mail, address, unknown);
        }
      }
      case RewrittenSenders.Returns(String sender) ->
          add(mail, directory, given.toBuilder().setReturnsTo(sender).build(), accept);
      case RewrittenSenders.Refused(InboundDecision.Refuse refusal) ->
          refuseRecipient(mail, address, Refusal.of(refusal));
    }
  }

  /**
   * By the list of the domain's recipients, or by its mailbox route; or by a rate, where the
   * mailbox host would have to be asked. Null: not unknown.
   *
   * @param relayed the client stands for many senders: an own server, or a gateway
   */
  private @Nullable Refusal unknown(
      MailTransaction mail,
      Directory directory,
      Address recipient,
      InboundDecision.Accept accept,
      boolean relayed)
      throws IOException {
    return RecipientRules.decide(directory, accept, recipient.localPart(), recipient.asciiDomain())
            instanceof InboundDecision.Refuse refusal
        ? Refusal.of(refusal)
        : requireNonNull(mailboxes)
            .refusal(recipient, directory, relayed, () -> beyondRate(mail, directory, accept));
  }

  private static @Nullable Refusal beyondRate(
      MailTransaction mail, Directory directory, InboundDecision.Accept accept) {
    Exceeded rate =
        mail.rates().exceeded(directory, accept, mail.attribution().source().candidatesGateway());
    return rate == null ? null : Refusal.of(rate);
  }

  private void add(
      MailTransaction mail,
      Directory directory,
      EnvelopeRecipient recipient,
      InboundDecision.Accept accept)
      throws IOException {
    String address = recipient.getAddress();
    Exceeded rate =
        mail.rates().take(directory, accept, mail.attribution().source().candidatesGateway());
    if (rate != null) {
      refuseRecipient(mail, address, Refusal.of(rate));
      return;
    }
    switch (mail.recipients().add(recipient, accept)) {
      case TAKEN -> {
        mail.attribution().source().taken();
        replies.send(Reply.of(250, "2.1.5", "Recipient OK"));
      }
      case MESSAGE_FULL -> {
        mail.rates().noRoom();
        refuseRecipient(mail, address, tooMany("No space for more"));
      }
      case NO_MEMORY -> {
        mail.rates().noRoom();
        refuseRecipient(mail, address, Refusal.NO_MEMORY);
      }
    }
  }

  private void refuseRecipient(MailTransaction mail, String address, Refusal refusal)
      throws IOException {
    mail.countRefusedRecipient(refusal);
    if (refusal.isOfNobody()) {
      pace.unknownRecipient();
    }
    replies.refuse("RCPT", address, refusal);
  }

  void data() throws IOException, InterruptedException {
    MailTransaction mail = transaction;
    if (mail == null) {
      replies.reject("DATA", SAY_MAIL, "sequence");
      return;
    }
    if (chunks != null) { // RFC 3030 §2
      replies.reject("DATA", MESSAGE_BEGAN, "sequence");
      return;
    }
    Refusal onlyRefusals = mail.onlyRefusals();
    if (onlyRefusals != null) {
      replies.refuse("DATA", "", onlyRefusals);
      return;
    }
    if (mail.recipients().isEmpty()) {
      replies.reject("DATA", SAY_RCPT, "sequence");
      return;
    }
    if (mail.parameters().body() == BodyType.BODY_BINARYMIME) { // RFC 3030 §3
      Reply reply = Reply.of(503, "5.5.1", "A message with BODY=BINARYMIME must be sent with BDAT");
      replies.reject("DATA", reply, "sequence");
      return;
    }
    Refusal noRoom = noRoom(mail.parameters().size());
    if (noRoom != null) {
      replies.refuse("DATA", "", noRoom);
      reset();
      return;
    }
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
    if (mail == null) {
      return refusedChunks(Refusal.of(SAY_MAIL, "sequence"));
    }
    Refusal onlyRefusals = mail.onlyRefusals();
    if (onlyRefusals != null) {
      return refusedChunks(onlyRefusals);
    }
    if (mail.recipients().isEmpty()) {
      return refusedChunks(Refusal.of(SAY_RCPT, "sequence"));
    }
    Refusal noRoom = noRoom(mail.parameters().size());
    return noRoom == null
        ? ChunkedMessage.begin(connection, parts, input(), client, mail)
        : refusedChunks(noRoom);
  }

  private ChunkedMessage refusedChunks(Refusal why) {
    return ChunkedMessage.refused(connection, limits, input(), why);
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

  private static Refusal tooMany(String beginning) {
    return Refusal.of(
        452, "4.5.3", beginning + " recipients, send the rest in another message", "recipients");
  }
}
