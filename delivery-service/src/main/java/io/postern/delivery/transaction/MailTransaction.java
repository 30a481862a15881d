package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RemoteReply;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.Phase;
import io.postern.delivery.attempt.Recipient;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.session.Dialogue;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.Session;
import io.postern.delivery.session.Stage;
import io.postern.delivery.session.Timeouts;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.smtp.DotStuffer;
import io.postern.smtp.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mail transaction over a session that passed the gate (RFC 5321 §3.3): MAIL, RCPT, DATA,
 * content, final dot; over LMTP a reply for each recipient behind it (RFC 2033 §4.2). Settles the
 * recipients that the host decided about, and puts off those that it refuses for now. One that is
 * neither when this returns is to be asked again (452: too many recipients); one that is not
 * settled when this throws was not delivered: no final dot was sent, or the host has refused it.
 *
 * <p>Content that has no lines (BINARYMIME) goes in chunks instead (RFC 3030), to recipients that
 * the host has accepted: a host that refuses a chunk and does not throw its octets away would read
 * them as commands. All that is said of the final dot is true of {@code BDAT 0 LAST}.
 *
 * <p>DATA goes with the envelope, in one group (RFC 2920 §3.1), which saves the round trip. It is
 * kept apart where it is likely that a host refuses everybody and then has to be asked to take
 * nothing: after the first attempt, with more recipients than one group has, and on a session whose
 * host has once said 354 with nobody accepted. It is kept apart over LMTP too, where the end of
 * content for nobody has no reply (RFC 2033 §4.2). A host that says 354 with nobody accepted gets a
 * lone dot; whatever it says to that, an empty message taken included, nobody has the message. If a
 * reply to the envelope was neither a success nor a refusal, its session is ended instead: that
 * host might take nothing for somebody.
 *
 * <p>Owner: the delivery's thread. Content passes through one buffer at most.
 */
public final class MailTransaction {
  private static final String DATA = "DATA";
  private static final int PIPELINED = 50; // replies stay below any socket buffer (RFC 2920 §3.1)
  private static final ByteBuffer NOTHING =
      ByteBuffer.wrap(DotStuffer.end(true)).asReadOnlyBuffer();

  private final Attempt attempt;
  private final Session session;
  private final Timeouts timeouts;
  private final ContentStream content;
  private final Ownership ownership;
  private boolean unclear; // a reply to the envelope was neither a success nor a refusal

  /**
   * @param ownership asked before the final dot
   * @param content opened for this transaction alone; the caller closes it
   */
  public MailTransaction(
      Attempt attempt,
      Ownership ownership,
      Session session,
      Timeouts timeouts,
      ContentStream content) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.session = session;
    this.timeouts = timeouts;
    this.content = content;
  }

  /**
   * @throws DialogueException when the session ended; it is unusable then
   * @throws ContentException before the final dot; the session must be aborted
   * @throws OwnershipUnprovenException instead of the final dot; the session must be aborted
   */
  public void run(List<Recipient> batch)
      throws DialogueException, ContentException, OwnershipUnprovenException {
    attempt.clock().begin(Phase.ENVELOPE);
    try {
      transact(batch);
    } finally {
      attempt.clock().end();
    }
  }

  private void transact(List<Recipient> batch)
      throws DialogueException, ContentException, OwnershipUnprovenException {
    session.used();
    // Before the envelope: content that is gone shall not cost the host a transaction.
    ByteBuffer first = content.next();
    boolean chunks = attempt.request().getEnvelope().getBody() == BodyType.BODY_BINARYMIME;
    boolean together = !chunks && together(batch);
    List<Recipient> accepted = envelope(batch, together);
    if (accepted.isEmpty()) {
      nobody(together);
      return;
    }
    if (!chunks) {
      Reply go =
          together ? dataReply() : dialogue().command(Stage.DATA, DATA, timeouts.dataStart());
      if (go.code() != 354) {
        refused(accepted, Stage.DATA, go);
        return;
      }
    }
    attempt.clock().begin(Phase.DATA);
    byte[] end = chunks ? sendChunks(first, accepted) : send(first, accepted);
    if (end == null) {
      return;
    }
    attempt.clock().begin(Phase.END);
    finish(accepted, end);
  }

  private boolean together(List<Recipient> batch) {
    return session.capabilities.pipelining()
        && !session.dataApart()
        && !lmtp()
        && attempt.request().getAttempt() == 1
        && batch.size() + 2 <= PIPELINED;
  }

  private boolean lmtp() {
    return attempt.request().getNextHop().getProtocol() == HopProtocol.LMTP;
  }

  private Dialogue dialogue() {
    return session.dialogue;
  }

  private Reply dataReply() throws DialogueException {
    return dialogue().reply(Stage.DATA, timeouts.dataStart());
  }

  /** The host took the recipients and does not take the content. */
  private void refused(List<Recipient> accepted, Stage stage, Reply reply)
      throws DialogueException {
    clear(stage, reply);
    accepted.forEach(recipient -> decide(recipient, stage, reply));
    dialogue().reset(timeouts.command());
  }

  /** A success that is no "go on": the next step is the host's, and nobody knows which. */
  private static void clear(Stage stage, Reply refusal) throws DialogueException {
    if (refusal.isPositive()) {
      throw new DialogueException(
          Reasons.DISCONNECTED,
          stage,
          refusal,
          "the host replied " + refusal + " to " + stage.command());
    }
  }

  /**
   * The host refused everybody, and all are decided about.
   *
   * @param asked DATA went with the envelope, so its reply is on the way
   */
  private void nobody(boolean asked) throws DialogueException, OwnershipUnprovenException {
    if (asked) {
      Reply data = dataReply();
      if (data.code() == 354) {
        session.keepDataApart();
        endNothing();
        return;
      }
      clear(Stage.DATA, data);
    }
    dialogue().reset(timeouts.command());
  }

  // RFC 2920 §3.1. This dot needs no lease: it takes nothing to anybody. The session of a delivery
  // that was taken away is ended without one all the same.
  private void endNothing() throws DialogueException, OwnershipUnprovenException {
    if (unclear) {
      throw new DialogueException(
          Reasons.DISCONNECTED,
          Stage.DATA,
          null,
          "the host accepted DATA after an ambiguous reply; it may regard recipients as accepted");
    }
    if (!ownership.held()) {
      throw new OwnershipUnprovenException();
    }
    dialogue().write(Stage.END_OF_DATA, NOTHING.duplicate(), timeouts.command());
    dialogue().flush(Stage.END_OF_DATA, timeouts.command());
    // Only whether the session goes on hangs on the answer.
    Reply unused = dialogue().reply(Stage.END_OF_DATA, timeouts.quit());
  }

  /**
   * MAIL and RCPT, and their replies.
   *
   * @param data send DATA behind them in the same group; its reply is left to the caller
   * @return the accepted recipients
   */
  private List<Recipient> envelope(List<Recipient> batch, boolean data) throws DialogueException {
    Dialogue dialogue = dialogue();
    List<String> commands = new ArrayList<>(batch.size() + 1);
    commands.add(MailCommand.mail(attempt.request(), session.capabilities));
    for (Recipient recipient : batch) {
      commands.add(
          MailCommand.rcpt(
              attempt.request().getEnvelope(), recipient.envelope, session.capabilities));
    }
    List<Recipient> accepted = new ArrayList<>();
    List<Recipient> tooMany = new ArrayList<>();
    Reply mail = null;
    Reply lastTooMany = null;
    int step = session.capabilities.pipelining() ? PIPELINED : 1;
    for (int from = 0;
        from < commands.size() && (mail == null || mail.isCompletion());
        from += step) {
      int to = Math.min(from + step, commands.size());
      for (int i = from; i < to; i++) {
        dialogue.send(stage(i), commands.get(i), timeouts.command());
      }
      if (data) {
        dialogue.send(Stage.DATA, DATA, timeouts.command());
      }
      dialogue.flush(stage(from), timeouts.command());
      for (int i = from; i < to; i++) {
        Reply reply = dialogue.reply(stage(i), timeouts.command());
        unclear |= reply.isPositive() && !reply.isCompletion();
        if (i == 0) {
          mail = reply;
        } else if (mail != null && mail.isCompletion()) {
          Recipient recipient = batch.get(i - 1);
          if (reply.isCompletion()) {
            accepted.add(recipient);
          } else if (tooMany(reply)) {
            tooMany.add(recipient);
            lastTooMany = reply;
          } else {
            decide(recipient, Stage.RCPT, reply);
          }
        }
      }
    }
    if (mail != null && !mail.isCompletion()) {
      for (Recipient recipient : batch) {
        decide(recipient, Stage.MAIL, mail);
      }
    } else if (accepted.isEmpty() && lastTooMany != null) {
      // Not even one: then it is no matter of how many.
      for (Recipient recipient : tooMany) {
        decide(recipient, Stage.RCPT, lastTooMany);
      }
    }
    return accepted;
  }

  private static Stage stage(int index) {
    return index == 0 ? Stage.MAIL : Stage.RCPT;
  }

  // RFC 5321 §4.5.3.1.10: the rest goes in a further transaction; 552 was the code in RFC 821.
  private static boolean tooMany(Reply reply) {
    return reply.code() == 452 || reply.code() == 552 && reply.enhanced() == null;
  }

  /**
   * @return the end of the data, still to send
   */
  private byte[] send(@Nullable ByteBuffer first, List<Recipient> accepted)
      throws DialogueException, ContentException {
    boolean stuff = !ContentWriter.noLeadingDot(attempt.request().getContentList());
    ContentWriter writer = new ContentWriter(dialogue(), timeouts.block(), stuff);
    try {
      for (ByteBuffer in = first; in != null; in = content.next()) {
        writer.write(in);
      }
      return writer.flush();
    } catch (DialogueException e) {
      throw e.reason().equals(Reasons.DISCONNECTED) ? lastWords(accepted, Stage.DATA) : e;
    }
  }

  /**
   * @return the end of the data, still to send; null when the host refused a chunk, and all are
   *     decided about
   */
  private byte @Nullable [] sendChunks(@Nullable ByteBuffer first, List<Recipient> accepted)
      throws DialogueException, ContentException {
    Reply refusal;
    try {
      refusal =
          new ChunkWriter(dialogue(), timeouts.block(), content)
              .write(first, attempt.request().getSize());
    } catch (DialogueException e) {
      throw e.reason().equals(Reasons.DISCONNECTED) ? lastWords(accepted, Stage.BDAT) : e;
    }
    if (refusal != null) {
      refused(accepted, Stage.BDAT, refusal);
      return null;
    }
    return ChunkWriter.end();
  }

  // A host that refuses in mid-data says so and closes; its reply is worth more than
  // "disconnected".
  private DialogueException lastWords(List<Recipient> accepted, Stage stage) {
    try {
      Reply reply = dialogue().reply(stage, timeouts.quit());
      if (!reply.isPositive()) {
        accepted.forEach(recipient -> decide(recipient, stage, reply));
      }
      return new DialogueException(
          Reasons.DISCONNECTED, stage, reply, "the host ended the session in the content");
    } catch (DialogueException e) {
      return e;
    }
  }

  private void finish(List<Recipient> accepted, byte[] end)
      throws DialogueException, OwnershipUnprovenException {
    Dialogue dialogue = dialogue();
    List<Recipient> waiting = new ArrayList<>(accepted);
    // A pause of this process between here and the dot's write is G5 (b).
    Duration lease = ownership.awaitDot();
    if (lease.isZero()) {
      throw new OwnershipUnprovenException();
    }
    try {
      Duration patience = lease.compareTo(timeouts.block()) < 0 ? lease : timeouts.block();
      dialogue.write(Stage.END_OF_DATA, ByteBuffer.wrap(end), patience);
      dialogue.flush(Stage.END_OF_DATA, patience);
      if (lmtp()) {
        // RFC 2033 §4.2: in the order of the recipients that were accepted.
        while (!waiting.isEmpty()) {
          Reply reply = dialogue.reply(Stage.END_OF_DATA, timeouts.end());
          decide(waiting.removeFirst(), Stage.END_OF_DATA, reply);
        }
      } else {
        Reply reply = dialogue.reply(Stage.END_OF_DATA, timeouts.end());
        waiting.clear();
        accepted.forEach(recipient -> decide(recipient, Stage.END_OF_DATA, reply));
      }
    } catch (DialogueException e) {
      // A 421 is the reply to one dot; over LMTP the recipients behind it have none.
      Reply closing = e.reply();
      for (Recipient recipient : waiting) {
        if (closing != null && (!lmtp() || recipient == waiting.getFirst())) {
          RemoteReply reply = Attempt.remote(Stage.END_OF_DATA, closing);
          attempt.putOff(recipient, e.reason(), reply, e.detail());
        } else {
          // Another host must not be tried: this one may have taken it (G5 a).
          attempt.unanswered(recipient, e.reason(), e.detail());
        }
      }
      throw e;
    } finally {
      ownership.answered();
    }
  }

  private void decide(Recipient recipient, Stage stage, Reply reply) {
    if (stage == Stage.END_OF_DATA && reply.isCompletion()) {
      boolean relayed = MailCommand.unconfirmed(recipient.envelope, session.capabilities);
      attempt.delivered(recipient, Attempt.remote(stage, reply), relayed);
    } else {
      RemoteReply said = Attempt.remote(stage, reply);
      if (reply.isPermanent()) {
        attempt.settle(
            recipient,
            OutcomeKind.FAILED,
            Reasons.REMOTE_5XX,
            said,
            "the host refused at " + stage.command() + ": " + reply);
        return;
      }
      String detail = "the host answered at " + stage.command() + ": " + reply;
      if (reply.isPositive()) {
        // Neither a success nor a refusal: the host may take it, or have taken it.
        attempt.settle(recipient, OutcomeKind.DEFERRED, Reasons.REMOTE_4XX, said, detail);
      } else {
        attempt.putOff(recipient, Reasons.REMOTE_4XX, said, detail);
      }
    }
  }
}
