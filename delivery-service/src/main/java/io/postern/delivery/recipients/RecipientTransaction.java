package io.postern.delivery.recipients;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.recipients.MailboxQuestion.Answer;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.Session;
import io.postern.delivery.session.Stage;
import io.postern.delivery.session.Timeouts;
import io.postern.delivery.transaction.MailCommand;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mail transaction that asks about recipients and sends nothing: MAIL with a null reverse-path,
 * RCPT for each, RSET (RFC 5321 §4.1.1.5). It has an answer about each of them ({@link RcptReply}),
 * unless the session ends before.
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

  private final Session session;
  private final Duration patience;
  private final Map<String, Answer> answers;
  private final long end;
  private final Map<String, Reply> unclear = new LinkedHashMap<>();
  private boolean utf8; // an address needs it
  private boolean tookSomebody;

  /**
   * @param answers takes them, by address
   */
  RecipientTransaction(Session session, Timeouts timeouts, Map<String, Answer> answers) {
    this.session = session;
    this.patience = timeouts.command();
    this.answers = answers;
    this.end = System.nanoTime() + 2 * patience.toNanos();
  }

  /**
   * @throws DialogueException when the session ended; it is unusable then
   */
  void run(List<String> addresses) throws DialogueException {
    session.used();
    List<String> asked = sendable(addresses);
    if (asked.isEmpty()) {
      return;
    }
    Reply mail = ask(asked);
    if (!mail.isCompletion()) {
      asked.forEach(address -> unknown(address, Stage.MAIL, mail, "the host refused the sender"));
    } else if (!unclear.isEmpty()) {
      answerUnclear();
    }
    session.dialogue.reset(left());
  }

  /** Those whose address the host can be told (RFC 6531 §3.2). */
  private List<String> sendable(List<String> addresses) {
    List<String> sendable = new ArrayList<>(addresses.size());
    for (String address : addresses) {
      if (session.capabilities.smtpUtf8() || isAscii(address)) {
        sendable.add(address);
      } else {
        answers.put(
            address,
            Answer.unknown(
                Reasons.NO_SMTPUTF8,
                "the address is internationalized, the host does not accept such addresses"));
      }
    }
    return sendable;
  }

  private static boolean isAscii(String address) {
    return address.chars().allMatch(c -> c < 0x80);
  }

  /** The reply to MAIL. */
  private Reply ask(List<String> asked) throws DialogueException {
    List<String> commands = new ArrayList<>(asked.size() + 1);
    utf8 = !asked.stream().allMatch(RecipientTransaction::isAscii);
    commands.add(MailCommand.mailForQuestion(utf8));
    for (String address : asked) {
      commands.add(MailCommand.rcptForQuestion(address, utf8));
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

  private void decide(String address, Reply reply) {
    switch (RcptReply.of(reply)) {
      case EXISTS -> {
        tookSomebody = true;
        answers.put(address, Answer.said(RecipientExistence.RECIPIENT_EXISTS, reply));
      }
      case MISSING -> missing(address, reply);
      case MISSING_OR_WE -> unclear.put(address, reply);
      case UNKNOWN -> unknown(address, Stage.RCPT, reply, "the host did not say");
    }
  }

  private void answerUnclear() throws DialogueException {
    boolean ofMailboxes = tookSomebody || takesPostmaster();
    unclear.forEach(
        (address, reply) -> {
          if (ofMailboxes) {
            missing(address, reply);
          } else {
            unknown(address, Stage.RCPT, reply, "the host also refuses postmaster of the domain");
          }
        });
  }

  private boolean takesPostmaster() throws DialogueException {
    String address = unclear.keySet().iterator().next();
    String postmaster = "postmaster" + address.substring(address.lastIndexOf('@'));
    String rcpt = MailCommand.rcptForQuestion(postmaster, utf8);
    return session.dialogue.command(Stage.RCPT, rcpt, left()).isCompletion();
  }

  private void missing(String address, Reply reply) {
    answers.put(address, Answer.said(RecipientExistence.RECIPIENT_MISSING, reply));
  }

  private void unknown(String address, Stage stage, Reply reply, String why) {
    answers.put(
        address,
        new Answer(
            RecipientExistence.RECIPIENT_UNKNOWN,
            Attempt.remote(stage, reply),
            (reply.isPermanent() ? Reasons.REMOTE_5XX : Reasons.REMOTE_4XX)
                + ": "
                + why
                + ": it answered "
                + reply
                + " to "
                + stage.command()));
  }

  private Duration left() {
    return Duration.ofNanos(Math.clamp(end - System.nanoTime(), 1, patience.toNanos()));
  }
}
