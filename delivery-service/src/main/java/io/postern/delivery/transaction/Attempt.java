package io.postern.delivery.transaction;

import io.postern.contracts.Spelling;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.smtp.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One delivery while it is being done: which recipients are settled, and what will stand in the one
 * outcome record. Owner: the delivery's thread. A recipient is settled once; "position" is its
 * place in this delivery's envelope.
 */
final class Attempt {
  private static final int MAX_TEXT = 1024;
  private static final int MAX_DETAIL = 512;
  // All texts together, in characters: the record stays below the log's 1 MiB with any recipients.
  private static final int TEXT_BUDGET = 160_000;
  private static final int DETAIL_BUDGET = 60_000;

  private final DeliveryRequested request;
  private final TlsRequirement requirement;
  private final long startedMillis = System.currentTimeMillis();
  private final @Nullable RecipientOutcome[] outcomes;
  private int open;
  private Seen seen = Seen.NOTHING;
  private String token = "";
  private boolean passed;
  private boolean noAttempt;
  private long notBeforeMillis;
  private long transferNanos;

  /**
   * @param requirement with what was left implicit filled in
   */
  Attempt(DeliveryRequested request, TlsRequirement requirement) {
    this.request = request;
    this.requirement = requirement;
    this.open = request.getRecipientsCount();
    this.outcomes = new RecipientOutcome[open];
  }

  DeliveryRequested request() {
    return request;
  }

  TlsRequirement requirement() {
    return requirement;
  }

  boolean done() {
    return open == 0;
  }

  boolean untouched() {
    return open == outcomes.length;
  }

  int openCount() {
    return open;
  }

  /** Positions not settled, at most {@code limit}. */
  List<Integer> open(int limit) {
    List<Integer> positions = new ArrayList<>(Math.min(open, limit));
    for (int i = 0; i < outcomes.length && positions.size() < limit; i++) {
      if (outcomes[i] == null) {
        positions.add(i);
      }
    }
    return positions;
  }

  boolean settled(int position) {
    return outcomes[position] != null;
  }

  /** The gate let this connection through: what follows is said over it. */
  void passed(Seen connection, String achieved) {
    seen = connection;
    token = TlsToken.achieved(requirement.getLevel(), achieved);
    passed = true;
  }

  void transferred(long nanos) {
    transferNanos += nanos;
  }

  /**
   * @param relayed to a host that will not confirm what the sender wants confirmed
   */
  void delivered(int position, RemoteReply reply, boolean relayed) {
    settle(
        position,
        recipient(position, OutcomeKind.DELIVERED, "", reply, seen.tried()).setRelayed(relayed));
  }

  /** The reply to the final dot never came: the host may have the message. */
  void unanswered(int position, String reason, String detail) {
    settle(
        position,
        recipient(position, OutcomeKind.DEFERRED, reason, null, detail).setMayHaveBeenTaken(true));
  }

  void settle(
      int position, OutcomeKind kind, String reason, @Nullable RemoteReply reply, String detail) {
    settle(position, recipient(position, kind, reason, reply, detail));
  }

  private void settle(int position, RecipientOutcome.Builder outcome) {
    if (outcomes[position] != null) {
      throw new IllegalStateException("recipient settled twice");
    }
    outcomes[position] = outcome.build();
    open--;
  }

  private RecipientOutcome.Builder recipient(
      int position, OutcomeKind kind, String reason, @Nullable RemoteReply reply, String detail) {
    RecipientOutcome.Builder outcome =
        RecipientOutcome.newBuilder()
            .setRecipient(request.getRecipients(position))
            .setKind(kind)
            .setReason(reason)
            .setDetail(cut(detail, Math.min(MAX_DETAIL, DETAIL_BUDGET / outcomes.length)));
    if (reply != null) {
      String text = cut(reply.getText(), Math.min(MAX_TEXT, TEXT_BUDGET / outcomes.length));
      outcome.setReply(
          text.equals(reply.getText()) ? reply : reply.toBuilder().setText(text).build());
    }
    return outcome;
  }

  /** The same for all who are not settled. */
  void settleRest(OutcomeKind kind, String reason, @Nullable RemoteReply reply, String detail) {
    for (int position : open(open)) {
      settle(position, kind, reason, reply, detail);
    }
  }

  /** No host took it: all the rest come again. */
  void deferRest(Failure failure) {
    if (!passed) {
      seen = failure.seen();
    }
    refusedToken(failure.reason());
    settleRest(
        OutcomeKind.DEFERRED,
        failure.reason(),
        failure.reply() == null || failure.stage() == null
            ? null
            : remote(failure.stage(), failure.reply()),
        failure.detail());
  }

  /** Handed back, and need not come again before this time. */
  void handBack(String reason, String detail, long untilMillis) {
    notBeforeMillis = untilMillis;
    handBack(reason, detail);
  }

  /** Handed back without being tried; does not count as an attempt. */
  void handBack(String reason, String detail) {
    noAttempt = true;
    refusedToken(reason);
    settleRest(OutcomeKind.DEFERRED, reason, null, detail);
  }

  /** The token of a delivery that passed no gate. */
  void refusedToken(String reason) {
    if (!passed) {
      token = TlsToken.refused(requirement.getLevel(), reason);
    }
  }

  /**
   * What became of it, complete but for what the reader knows: id, owner, and when the log had the
   * request. Asked once, when all are settled; the caller adds those and builds it.
   */
  OutcomeRecorded.Builder outcome() {
    OutcomeRecorded.Builder record =
        OutcomeRecorded.newBuilder()
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setQueueId(request.getQueueId())
            .setDeliveryId(request.getDeliveryId())
            .setAttempt(request.getAttempt())
            .setOrganization(request.getOrganization())
            .setConnector(request.getConnector())
            .setAcceptedOffset(request.getAcceptedOffset())
            .setAcceptedMillis(request.getAcceptedMillis())
            .setExpiresMillis(request.getExpiresMillis())
            .setRoute(request.getNextHop().getRoute())
            .setHost(seen.host())
            .setAddress(seen.address())
            .setRequirement(requirement)
            .setToken(token)
            .setNoAttempt(noAttempt)
            .setNotBeforeMillis(notBeforeMillis)
            .setAtMillis(System.currentTimeMillis())
            .setTimings(
                Timings.newBuilder()
                    .setStartedMillis(startedMillis)
                    .setConnectMillis(seen.connectMillis())
                    .setTlsMillis(seen.tlsMillis())
                    .setVerdictMillis(seen.verdictMillis())
                    .setTransferMillis((int) (transferNanos / 1_000_000))
                    .setConnectionReused(seen.reused()));
    for (RecipientOutcome outcome : outcomes) {
      if (outcome == null) {
        throw new IllegalStateException("a recipient is not settled");
      }
      record.addRecipients(outcome);
    }
    if (seen.facts() != null) {
      record.setTlsFacts(seen.facts());
    }
    if (seen.verdict() != null) {
      record.setVerdict(Spelling.verdict(seen.verdict()));
      record.setVerdictKey(seen.verdict().getVerdictKey());
    }
    return record;
  }

  /** A host's reply as outcomes carry it: bounded, printable. */
  static RemoteReply remote(Stage stage, Reply reply) {
    return RemoteReply.newBuilder()
        .setCode(reply.code())
        .setEnhancedCode(reply.enhanced() == null ? "" : reply.enhanced().toString())
        .setText(cut(reply.text(), MAX_TEXT))
        .setCommand(stage.command())
        .build();
  }

  /** What we say ourselves of a recipient that no host was asked about; the command is empty. */
  static RemoteReply own(int code, String enhanced, String text) {
    return RemoteReply.newBuilder()
        .setCode(code)
        .setEnhancedCode(enhanced)
        .setText(cut(text, MAX_TEXT))
        .build();
  }

  private static String cut(String text, int max) {
    if (text.length() <= max && text.chars().noneMatch(Character::isISOControl)) {
      return text; // as nearly all are
    }
    StringBuilder printable = new StringBuilder(Math.min(text.length(), max));
    text.codePoints()
        .limit(max)
        .forEach(c -> printable.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return printable.toString();
  }
}
