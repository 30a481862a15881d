package io.postern.delivery.attempt;

import io.postern.contracts.Reasons;
import io.postern.contracts.TlsToken;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.route.NextHopRules;
import io.postern.delivery.route.Target;
import io.postern.delivery.session.Establishment;
import io.postern.delivery.session.Stage;
import io.postern.smtp.Reply;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One delivery while it is being done: its recipients, of whom each is settled once, and all that
 * its one outcome reports. A recipient that a host puts off (4xx) is open for the next host; the
 * last host's word settles it at the end (RFC 5321 §5.1). Owner: the delivery's thread.
 */
public final class Attempt {
  /** That its outcome has room for. */
  public static final int MOST_CONNECTIONS = UsedConnections.MOST;

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
  private int host; // that is asked now, counted from 1
  private int openHere; // not settled, nor put off by that host
  private final Set<InetSocketAddress> putOffBy = new HashSet<>();
  private ConnectionReport connection = ConnectionReport.NONE; // over which replies come now
  private final UsedConnections used = new UsedConnections();
  private boolean noAttempt;
  private boolean abandoned;
  private long notBeforeMillis;
  private final PhaseClock clock = new PhaseClock();

  /**
   * @throws IllegalArgumentException where the delivery has not an address for each recipient
   */
  public Attempt(DeliveryTask task) {
    this.task = task;
    this.requirement =
        NextHopRules.complete(task.request().getRequirement(), task.request().getNextHop());
    this.open = request().getRecipientsCount();
    if (request().getEnvelope().getRecipientsCount() != open) {
      throw new IllegalArgumentException(
          "the delivery has %d recipients and %d addresses"
              .formatted(open, request().getEnvelope().getRecipientsCount()));
    }
    this.openHere = open;
    this.recipients = new ArrayList<>(open);
    for (int i = 0; i < open; i++) {
      recipients.add(
          new Recipient(request().getRecipients(i), request().getEnvelope().getRecipients(i)));
    }
  }

  public DeliveryTask task() {
    return task;
  }

  public DeliveryRequested request() {
    return task.request();
  }

  public TlsRequirement requirement() {
    return requirement;
  }

  public boolean done() {
    return open == 0;
  }

  /** The host that is asked now has decided about all, or put them off. */
  public boolean doneHere() {
    return openHere == 0;
  }

  /** No host has said anything about any of them. */
  public boolean untouched() {
    return open == recipients.size() && !anyPutOff();
  }

  /** Some that are not settled were put off by a host. */
  public boolean anyPutOff() {
    return !putOffBy.isEmpty()
        && recipients.stream().anyMatch(r -> r.outcome() == null && r.putOff() != null);
  }

  /** How many the host that is asked now has neither decided about nor put off. */
  public int openCount() {
    return openHere;
  }

  /** Those, at most {@code limit}. */
  public List<Recipient> open(int limit) {
    List<Recipient> rest = new ArrayList<>(Math.min(openHere, limit));
    for (Recipient recipient : recipients) {
      if (isOpenHere(recipient) && rest.size() < limit) {
        rest.add(recipient);
      }
    }
    return rest;
  }

  private boolean isOpenHere(Recipient recipient) {
    Recipient.PutOff putOff = recipient.putOff();
    return recipient.outcome() == null && (putOff == null || putOff.host() < host);
  }

  private List<Recipient> unsettled() {
    return recipients.stream().filter(recipient -> recipient.outcome() == null).toList();
  }

  /** Another address is asked: about those, too, that were put off. */
  public void nextHost() {
    host++;
    openHere = open;
    connection = ConnectionReport.NONE;
  }

  /**
   * The gate let this connection through: all replies from now on come over it.
   *
   * @return false: the outcome has no room for one more connection, the rest is for another attempt
   */
  public boolean passed(ConnectionReport through) {
    if (!used.hasRoomFor(through, token(through, ""))) {
      return false;
    }
    connection = through;
    return true;
  }

  private String token(ConnectionReport at, String reason) {
    return at.token() != null ? at.token() : TlsToken.refused(requirement.getLevel(), reason);
  }

  /** A host at this address has put recipients off in this attempt. */
  public boolean wasPutOffBy(Target target) {
    return putOffBy.contains(target.address());
  }

  /**
   * The token of the requirement that connectors in report-only mode would set; null: there is
   * none. It is asked for now, and again at the end: a verdict that it needs may come while the
   * mail goes.
   */
  public @Nullable Supplier<String> reported(Supplier<String> token) {
    if (!request().hasReported()) {
      return null;
    }
    var unused = reportedToken(token);
    return () -> reportedToken(token);
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

  public PhaseClock clock() {
    return clock;
  }

  /**
   * @param relayed the sender wants a confirmation, and the host will give none
   */
  public void delivered(Recipient recipient, RemoteReply reply, boolean relayed) {
    Establishment how = connection.establishment();
    String detail = how == null ? "" : how.failedBefore();
    Recipient.PutOff before = recipient.putOff();
    if (before != null) {
      Target target = before.connection().target();
      detail =
          (target == null ? "" : target.host() + " [" + target.shown() + "]: ")
              + before.word().getDetail()
              + (detail.isEmpty() ? "" : "; " + detail);
    }
    settle(
        recipient,
        outcome(recipient, OutcomeKind.DELIVERED, "", reply, detail).setRelayed(relayed),
        connection);
  }

  /** The reply to the final dot never came: the host may have the message. */
  public void unanswered(Recipient recipient, String reason, String detail) {
    settle(
        recipient,
        outcome(recipient, OutcomeKind.DEFERRED, reason, null, detail).setMayHaveBeenTaken(true),
        connection);
  }

  /** The host refuses it for now: it is open for the next host. */
  public void putOff(Recipient recipient, String reason, RemoteReply reply, String detail) {
    if (isOpenHere(recipient)) {
      openHere--;
    }
    if (connection.target() != null) {
      putOffBy.add(connection.target().address());
    }
    RecipientOutcome.Builder word =
        outcome(recipient, OutcomeKind.DEFERRED, reason, reply, detail)
            .setConnection(used.number(connection, token(connection, reason)));
    recipient.putOff(new Recipient.PutOff(word, connection, host));
  }

  public void settle(
      Recipient recipient,
      OutcomeKind kind,
      String reason,
      @Nullable RemoteReply reply,
      String detail) {
    settle(recipient, outcome(recipient, kind, reason, reply, detail), connection);
  }

  private void settle(Recipient recipient, RecipientOutcome.Builder outcome, ConnectionReport at) {
    settle(
        recipient, outcome.setConnection(used.number(at, token(at, outcome.getReason()))).build());
  }

  private void settle(Recipient recipient, RecipientOutcome outcome) {
    if (isOpenHere(recipient)) {
      openHere--;
    }
    recipient.settle(outcome);
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

  /**
   * No further host is asked, and all the rest come again: those that were put off by the last
   * host's word, the others by this failure.
   */
  public void deferRest(Failure failure) {
    RemoteReply reply =
        failure.reply() == null || failure.stage() == null
            ? null
            : remote(failure.stage(), failure.reply());
    for (Recipient recipient : unsettled()) {
      Recipient.PutOff putOff = recipient.putOff();
      if (putOff != null) {
        settle(recipient, putOff.word().build());
      } else {
        settle(
            recipient,
            outcome(recipient, OutcomeKind.DEFERRED, failure.reason(), reply, failure.detail()),
            failure.connection());
      }
    }
  }

  /** No slot for it: handed back, and it need not come again before that time from now. */
  public void busy(Duration stayAway, String detail) {
    notBeforeMillis = System.currentTimeMillis() + stayAway.toMillis();
    handBack(Reasons.DESTINATION_BUSY, detail);
  }

  /** Handed back without being tried; does not count as an attempt. */
  private void handBack(String reason, String detail) {
    noAttempt = true;
    deferHere(reason, detail);
  }

  /** It goes no further here: handed back, or, where a host has decided about some, deferred. */
  public void leaveRest(String reason, String detail) {
    if (untouched()) {
      handBack(reason, detail);
    } else {
      deferHere(reason, detail);
    }
  }

  /** All the rest come again, by a failure of ours over the connection that was used last. */
  public void deferHere(String reason, String detail) {
    deferRest(new Failure(reason, detail, connection));
  }

  /**
   * This replica has lost the delivery, and nobody has the message for those not settled: they are
   * left to the next owner, or, where a host has decided about some, deferred.
   */
  public void giveUp() {
    if (untouched()) {
      abandoned = true;
    } else {
      deferHere(
          Reasons.DISCONNECTED,
          "this replica gave up the delivery before these recipients were tried");
    }
  }

  /** It has no outcome here. */
  public boolean abandoned() {
    return abandoned;
  }

  /**
   * The rest fail with a reply of ours, without being asked about.
   *
   * @param failure of the host, or of none
   */
  public void failRest(Failure failure, int code, String enhanced, String text) {
    for (Recipient recipient : unsettled()) {
      fail(recipient, failure, code, enhanced, text);
    }
  }

  /**
   * The same for one. A recipient that another host has put off does not fail by what this one
   * lacks: that host may take it the next time.
   */
  public void fail(Recipient recipient, Failure failure, int code, String enhanced, String text) {
    Recipient.PutOff before = recipient.putOff();
    if (before == null) {
      settle(
          recipient,
          outcome(
              recipient,
              OutcomeKind.FAILED,
              failure.reason(),
              own(code, enhanced, text),
              failure.detail()),
          failure.connection());
    } else if (isOpenHere(recipient)) {
      openHere--;
      recipient.putOff(new Recipient.PutOff(before.word(), before.connection(), host));
    }
  }

  /** The outcome, when all are settled. */
  public OutcomeRecorded.Builder outcome() {
    OutcomeRecorded.Builder outcome =
        task.outcome()
            .setRequirement(requirement)
            .setNoAttempt(noAttempt)
            .setNotBeforeMillis(notBeforeMillis);
    List<RecipientOutcome> settled = new ArrayList<>(recipients.size());
    for (Recipient recipient : recipients) {
      RecipientOutcome one = recipient.outcome();
      if (one == null) {
        throw new IllegalStateException("a recipient is not settled");
      }
      settled.add(one);
    }
    outcome
        .getTimingsBuilder()
        .setStartedMillis(startedMillis)
        .setTransferMillis(clock.millis(Phase.DATA) + clock.millis(Phase.END))
        .setSlotMillis(clock.millis(Phase.SLOT))
        .setHostSlotMillis(clock.millis(Phase.HOST_SLOT))
        .setDnsMillis(clock.millis(Phase.DNS))
        .setOpenMillis(clock.millis(Phase.OPEN))
        .setEnvelopeMillis(clock.millis(Phase.ENVELOPE))
        .setDataMillis(clock.millis(Phase.DATA))
        .setEndMillis(clock.millis(Phase.END));
    used.addTo(outcome, settled, request().getReported().getConnector());
    return outcome;
  }

  /** A host's reply as outcomes carry it: bounded, printable. */
  public static RemoteReply remote(Stage stage, Reply reply) {
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
