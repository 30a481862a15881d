package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.Timings;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.DeliveryTask;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One delivery while it is being done: its recipients, of whom each is settled once, and all that
 * its one outcome reports. Owner: the delivery's thread.
 */
final class Attempt {
  private static final Logger LOG = Logger.getLogger(Attempt.class);
  private static final int MAX_TEXT = 1024;
  private static final int MAX_DETAIL = 512;
  // All texts together, in characters: the record stays below the log's 1 MiB with any recipients.
  private static final int TEXT_BUDGET = 160_000;
  private static final int DETAIL_BUDGET = 60_000;

  private final DeliveryTask task;
  private final TlsRequirement requirement;
  private final long startedMillis = System.currentTimeMillis();
  private final List<Recipient> recipients;
  private int open;
  private ConnectionReport connection = ConnectionReport.NONE;
  private String token = "";
  private @Nullable Supplier<String> reported; // asked now, and again at the end
  private boolean passed;
  private boolean noAttempt;
  private boolean abandoned;
  private long notBeforeMillis;
  private final PhaseClock clock = new PhaseClock();

  /**
   * @param requirement complete, see {@link Relay#complete}
   * @throws IllegalArgumentException where the delivery has not an address for each recipient
   */
  Attempt(DeliveryTask task, TlsRequirement requirement) {
    this.task = task;
    this.requirement = requirement;
    this.open = request().getRecipientsCount();
    if (request().getEnvelope().getRecipientsCount() != open) {
      throw new IllegalArgumentException(
          "the delivery has %d recipients and %d addresses"
              .formatted(open, request().getEnvelope().getRecipientsCount()));
    }
    this.recipients = new ArrayList<>(open);
    for (int i = 0; i < open; i++) {
      recipients.add(
          new Recipient(request().getRecipients(i), request().getEnvelope().getRecipients(i)));
    }
  }

  DeliveryTask task() {
    return task;
  }

  DeliveryRequested request() {
    return task.request();
  }

  TlsRequirement requirement() {
    return requirement;
  }

  boolean done() {
    return open == 0;
  }

  boolean untouched() {
    return open == recipients.size();
  }

  int openCount() {
    return open;
  }

  /** Those not settled, at most {@code limit}. */
  List<Recipient> open(int limit) {
    List<Recipient> rest = new ArrayList<>(Math.min(open, limit));
    for (Recipient recipient : recipients) {
      if (recipient.outcome() == null && rest.size() < limit) {
        rest.add(recipient);
      }
    }
    return rest;
  }

  /** The gate let this connection through: all replies from now on come over it. */
  void passed(ConnectionReport through, String achieved) {
    connection = through;
    token = TlsToken.achieved(requirement.getLevel(), achieved);
    passed = true;
  }

  /**
   * A host was judged.
   *
   * @param token of the requirement that connectors in report-only mode would set; a verdict that
   *     it needs may come while the mail goes
   */
  void report(Supplier<String> token) {
    if (request().hasReported()) {
      reported = token;
      var unused = reportedToken(token);
    }
  }

  // A connector in report-only mode costs no mail, and brings no second copy: by an error here a
  // message that its host has taken would be deferred.
  private String reportedToken(Supplier<String> token) {
    try {
      return token.get();
    } catch (RuntimeException e) {
      LOG.errorf(
          e,
          "%s: the requirement of a connector in report-only mode is not evaluated: please report "
              + "this; the mail is not affected",
          request().getQueueId());
      return "";
    }
  }

  PhaseClock clock() {
    return clock;
  }

  /**
   * @param relayed the sender wants a confirmation, and the host will give none
   */
  void delivered(Recipient recipient, RemoteReply reply, boolean relayed) {
    Establishment how = connection.establishment();
    String detail = how == null ? "" : how.failedBefore();
    settle(
        recipient,
        outcome(recipient, OutcomeKind.DELIVERED, "", reply, detail).setRelayed(relayed));
  }

  /** The reply to the final dot never came: the host may have the message. */
  void unanswered(Recipient recipient, String reason, String detail) {
    settle(
        recipient,
        outcome(recipient, OutcomeKind.DEFERRED, reason, null, detail).setMayHaveBeenTaken(true));
  }

  void settle(
      Recipient recipient,
      OutcomeKind kind,
      String reason,
      @Nullable RemoteReply reply,
      String detail) {
    settle(recipient, outcome(recipient, kind, reason, reply, detail));
  }

  private void settle(Recipient recipient, RecipientOutcome.Builder outcome) {
    recipient.settle(outcome.build());
    open--;
  }

  private RecipientOutcome.Builder outcome(
      Recipient recipient,
      OutcomeKind kind,
      String reason,
      @Nullable RemoteReply reply,
      String detail) {
    RecipientOutcome.Builder outcome =
        RecipientOutcome.newBuilder()
            .setRecipient(recipient.index)
            .setKind(kind)
            .setReason(reason)
            .setDetail(cut(detail, Math.min(MAX_DETAIL, DETAIL_BUDGET / recipients.size())));
    if (reply != null) {
      String text = cut(reply.getText(), Math.min(MAX_TEXT, TEXT_BUDGET / recipients.size()));
      outcome.setReply(
          text.equals(reply.getText()) ? reply : reply.toBuilder().setText(text).build());
    }
    return outcome;
  }

  /** The same for all that are not settled. */
  void settleRest(OutcomeKind kind, String reason, @Nullable RemoteReply reply, String detail) {
    for (Recipient recipient : open(open)) {
      settle(recipient, kind, reason, reply, detail);
    }
  }

  /** No host took it: all the rest come again. */
  void deferRest(Failure failure) {
    if (done()) {
      return;
    }
    if (!passed) {
      connection = failure.connection();
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

  /** No slot for it: handed back, and it need not come again before that time from now. */
  void busy(Duration stayAway, String detail) {
    notBeforeMillis = System.currentTimeMillis() + stayAway.toMillis();
    handBack(Reasons.DESTINATION_BUSY, detail);
  }

  /** Handed back without being tried; does not count as an attempt. */
  private void handBack(String reason, String detail) {
    noAttempt = true;
    deferRest(new Failure(reason, detail));
  }

  /** It goes no further here: handed back, or, where a host has decided about some, deferred. */
  void leaveRest(String reason, String detail) {
    if (untouched()) {
      handBack(reason, detail);
    } else {
      deferRest(new Failure(reason, detail));
    }
  }

  /**
   * This replica has lost the delivery, and nobody has the message for those not settled: they are
   * left to the next owner, or, where a host has decided about some, deferred.
   */
  void giveUp() {
    if (untouched()) {
      abandoned = true;
    } else {
      deferRest(
          new Failure(
              Reasons.DISCONNECTED,
              "this replica gave up the delivery before these recipients were tried"));
    }
  }

  /** It has no outcome here. */
  boolean abandoned() {
    return abandoned;
  }

  /** No host is asked about the rest: they fail with a reply of ours. */
  void failRest(String reason, int code, String enhanced, String text, String detail) {
    refusedToken(reason);
    settleRest(OutcomeKind.FAILED, reason, own(code, enhanced, text), detail);
  }

  /** The host is not asked about this one: it fails with a reply of ours. */
  void fail(Recipient recipient, String reason, int code, String enhanced, String text) {
    settle(recipient, OutcomeKind.FAILED, reason, own(code, enhanced, text), text);
  }

  /** The token of a delivery that passed no gate. */
  private void refusedToken(String reason) {
    if (!passed) {
      token = TlsToken.refused(requirement.getLevel(), reason);
    }
  }

  /** The outcome, when all are settled. */
  OutcomeRecorded.Builder outcome() {
    OutcomeRecorded.Builder outcome =
        task.outcome()
            .setRequirement(requirement)
            .setToken(token)
            .setNoAttempt(noAttempt)
            .setNotBeforeMillis(notBeforeMillis);
    if (reported != null) {
      outcome
          .setReportedToken(reportedToken(reported))
          .setReportedConnector(request().getReported().getConnector());
    }
    for (Recipient recipient : recipients) {
      RecipientOutcome settled = recipient.outcome();
      if (settled == null) {
        throw new IllegalStateException("a recipient is not settled");
      }
      outcome.addRecipients(settled);
    }
    Timings.Builder timings =
        outcome
            .getTimingsBuilder()
            .setStartedMillis(startedMillis)
            .setVerdictMillis(connection.verdictMillis())
            .setTransferMillis(clock.millis(Phase.DATA) + clock.millis(Phase.END))
            .setSlotMillis(clock.millis(Phase.SLOT))
            .setHostSlotMillis(clock.millis(Phase.HOST_SLOT))
            .setDnsMillis(clock.millis(Phase.DNS))
            .setOpenMillis(clock.millis(Phase.OPEN))
            .setEnvelopeMillis(clock.millis(Phase.ENVELOPE))
            .setDataMillis(clock.millis(Phase.DATA))
            .setEndMillis(clock.millis(Phase.END))
            .setConnectionReused(connection.reused());
    Target target = connection.target();
    if (target != null) {
      outcome.setHost(target.host()).setAddress(target.shown());
    }
    Establishment how = connection.establishment();
    if (how != null && how.facts() != null) {
      outcome.setTlsFacts(how.facts());
    }
    if (how != null && !connection.reused()) {
      timings.setConnectMillis(how.connectMillis()).setTlsMillis(how.tlsMillis());
    }
    if (connection.dane() != null) {
      outcome.setDane(connection.dane());
    }
    if (connection.mtaSts() != null) {
      outcome.setMtaSts(connection.mtaSts());
    }
    if (connection.evidence() != null) {
      outcome.setEvidence(connection.evidence());
    }
    if (connection.verdict() != null) {
      outcome
          .setVerdict(Spelling.verdict(connection.verdict()))
          .setVerdictKey(connection.verdict().getVerdictKey());
    }
    return outcome;
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

  // Of a recipient that no host was asked about; the command is empty.
  private static RemoteReply own(int code, String enhanced, String text) {
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
