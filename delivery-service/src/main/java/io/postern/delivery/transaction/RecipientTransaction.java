package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A mail transaction that asks about recipients and sends nothing: MAIL with a null reverse-path,
 * RCPT for each, RSET (RFC 5321 §4.1.1.5). It settles all of them: "delivered" is a mailbox that
 * exists, "failed" one that does not, "deferred" one of which the host did not say ({@link
 * RcptReply}).
 *
 * <p>A host that refuses us, or does not know the domain, may say to everybody what others say of a
 * mailbox. Where its words leave that open and it has taken nobody in this transaction, it is asked
 * for the domain's postmaster, whom each host must take (RFC 5321 §4.5.1); one that refuses him too
 * has not said anything.
 *
 * <p>Owner: the thread of the question. All replies must come within twice the time-out of a
 * command, so that a slow host holds its route's questions no longer.
 */
final class RecipientTransaction {
  private static final int PIPELINED = 50; // replies stay below any socket buffer (RFC 2920 §3.1)

  private final Attempt attempt;
  private final Session session;
  private final Duration patience;
  private final long end;
  private final List<Recipient> unclear = new ArrayList<>();
  private final List<Reply> unclearReplies = new ArrayList<>();
  private boolean utf8; // an address needs it
  private boolean tookSomebody;

  RecipientTransaction(Attempt attempt, Session session, Timeouts timeouts) {
    this.attempt = attempt;
    this.session = session;
    this.patience = timeouts.command();
    this.end = System.nanoTime() + 2 * patience.toNanos();
  }

  /**
   * @throws DialogueException when the session ended; it is unusable then
   */
  void run(List<Recipient> batch) throws DialogueException {
    session.used();
    List<Recipient> asked = sendable(batch);
    if (asked.isEmpty()) {
      return;
    }
    Reply mail = ask(asked);
    if (!mail.isCompletion()) {
      asked.forEach(
          recipient -> unknown(recipient, Stage.MAIL, mail, "the host refused the sender"));
    } else if (!unclear.isEmpty()) {
      settleUnclear();
    }
    Reply reset = session.dialogue.command(Stage.RSET, "RSET", left());
    if (!reset.isCompletion()) {
      throw new DialogueException(
          Reasons.DISCONNECTED, Stage.RSET, reset, "the host replied " + reset + " to RSET");
    }
  }

  /** Those whose address the host can be told (RFC 6531 §3.2). */
  private List<Recipient> sendable(List<Recipient> batch) {
    List<Recipient> sendable = new ArrayList<>(batch.size());
    for (Recipient recipient : batch) {
      if (session.capabilities.smtpUtf8() || ascii(recipient)) {
        sendable.add(recipient);
      } else {
        attempt.settle(
            recipient,
            OutcomeKind.DEFERRED,
            Reasons.NO_SMTPUTF8,
            null,
            "the address is internationalized, the host does not accept such addresses");
      }
    }
    return sendable;
  }

  private static boolean ascii(Recipient recipient) {
    return recipient.envelope.getAddress().chars().allMatch(c -> c < 0x80);
  }

  /** The reply to MAIL. */
  private Reply ask(List<Recipient> asked) throws DialogueException {
    List<String> commands = new ArrayList<>(asked.size() + 1);
    utf8 = !asked.stream().allMatch(RecipientTransaction::ascii);
    commands.add(MailCommand.mailForQuestion(utf8));
    for (Recipient recipient : asked) {
      commands.add(MailCommand.rcptForQuestion(recipient.envelope.getAddress(), utf8));
    }
    int step = session.capabilities.pipelining() ? PIPELINED : 1;
    Reply mail = null;
    for (int from = 0;
        from < commands.size() && (mail == null || mail.isCompletion());
        from += step) {
      int to = Math.min(from + step, commands.size());
      for (int i = from; i < to; i++) {
        session.dialogue.send(stage(i), commands.get(i), left());
      }
      session.dialogue.flush(stage(from), left());
      for (int i = from; i < to; i++) {
        Reply reply = session.dialogue.reply(stage(i), left());
        if (mail == null) {
          mail = reply;
        } else if (mail.isCompletion()) {
          decide(asked.get(i - 1), reply);
        }
      }
    }
    if (mail == null) {
      throw new IllegalStateException("MAIL was not sent");
    }
    return mail;
  }

  private static Stage stage(int command) {
    return command == 0 ? Stage.MAIL : Stage.RCPT;
  }

  private void decide(Recipient recipient, Reply reply) {
    switch (RcptReply.of(reply)) {
      case EXISTS -> {
        tookSomebody = true;
        attempt.settle(recipient, OutcomeKind.DELIVERED, "", Attempt.remote(Stage.RCPT, reply), "");
      }
      case MISSING -> missing(recipient, reply);
      case MISSING_OR_WE -> {
        unclear.add(recipient);
        unclearReplies.add(reply);
      }
      case UNKNOWN -> unknown(recipient, Stage.RCPT, reply, "the host did not say");
    }
  }

  private void settleUnclear() throws DialogueException {
    boolean ofMailboxes = tookSomebody || takesPostmaster();
    for (int i = 0; i < unclear.size(); i++) {
      if (ofMailboxes) {
        missing(unclear.get(i), unclearReplies.get(i));
      } else {
        unknown(
            unclear.get(i),
            Stage.RCPT,
            unclearReplies.get(i),
            "the host also refuses postmaster of the domain");
      }
    }
  }

  private boolean takesPostmaster() throws DialogueException {
    String address = unclear.getFirst().envelope.getAddress();
    String postmaster = "postmaster" + address.substring(address.lastIndexOf('@'));
    String rcpt = MailCommand.rcptForQuestion(postmaster, utf8);
    return session.dialogue.command(Stage.RCPT, rcpt, left()).isCompletion();
  }

  private void missing(Recipient recipient, Reply reply) {
    attempt.settle(
        recipient,
        OutcomeKind.FAILED,
        Reasons.REMOTE_5XX,
        Attempt.remote(Stage.RCPT, reply),
        "the host does not have the mailbox");
  }

  private void unknown(Recipient recipient, Stage stage, Reply reply, String why) {
    attempt.settle(
        recipient,
        OutcomeKind.DEFERRED,
        reply.isPermanent() ? Reasons.REMOTE_5XX : Reasons.REMOTE_4XX,
        Attempt.remote(stage, reply),
        why + ": it answered " + reply + " to " + stage.command());
  }

  private Duration left() {
    return Duration.ofNanos(Math.clamp(end - System.nanoTime(), 1, patience.toNanos()));
  }
}
