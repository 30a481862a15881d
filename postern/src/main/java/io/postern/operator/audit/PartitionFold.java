package io.postern.operator.audit;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.Owner;
import io.postern.contracts.ParkedEntries;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.operator.audit.rules.DecisionChain;
import io.postern.operator.audit.rules.OutcomeOwners;
import io.postern.operator.audit.wire.AcceptedRecord;
import io.postern.operator.audit.wire.DecisionRecord;
import io.postern.operator.audit.wire.OutcomeRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fold of one partition's records into its {@link PartitionState}: first of the first extent, topic
 * by topic, mail.accepted before the others; in later looks of new records, for suspects alone. One
 * thread.
 *
 * <p>The fold names and counts a record that cannot be read, and leaves it out.
 */
final class PartitionFold {
  private static final int OTHER = -1;

  /** A key of the schedule: queue id and the recipient's index. */
  private static final Pattern ENTRY_KEY = Pattern.compile("([0-9a-z]{21})/([0-9]{1,6})");

  private final PartitionState state;
  private final LogExtent first;
  private final OutcomeFold outcomeFold;
  private final NoticeFold noticeFold;
  private final IdTable unknown = new IdTable();
  private final OutcomeOwners owners = new OutcomeOwners();
  private @Nullable DecisionChain chain;
  private Positions positions;
  private long acceptedEnd;
  private boolean again;

  PartitionFold(PartitionState state, LogExtent first) {
    this.state = state;
    this.first = first;
    this.positions = first.positions();
    this.acceptedEnd = first.end(Topic.ACCEPTED);
    this.chain = first.begin(Topic.DELIVERIES) == 0 ? DecisionChain.fromTheFirst() : null;
    this.outcomeFold = new OutcomeFold(state);
    this.noticeFold = new NoticeFold(state);
  }

  /** All of mail.accepted below this offset has been folded. */
  void acceptedRead(long end) {
    acceptedEnd = end;
  }

  /** Later records belong to another look. */
  void lookAgain(Positions now) {
    positions = now;
    again = true;
  }

  void fold(Topic topic, LogRecord record) {
    try {
      switch (topic) {
        case ACCEPTED -> accepted(record);
        case NOTICES -> notice(record);
        case DELIVERIES -> decision(record);
        case DUE -> due(record);
        case SCHEDULE_OUTCOMES -> ownState(record);
        case OUTCOMES -> outcome(record);
        case SCHEDULE -> entry(record);
      }
    } catch (IOException | IllegalArgumentException e) {
      state.findings.unreadable(topic, state.partition, record.offset(), KafkaLog.message(e));
    }
  }

  // Its byte fields are slices of the record.
  private static <M extends Message> M message(Parser<M> parser, LogRecord record)
      throws IOException {
    ByteBuffer value = record.value();
    if (value == null) {
      throw new IOException("it has no value");
    }
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(value).newCodedInput();
    in.enableAliasing(true);
    return DiscardUnknownFieldsParser.wrap(parser).parseFrom(in);
  }

  private void accepted(LogRecord record) throws IOException {
    AcceptedRecord accepted = message(AcceptedRecord.parser(), record);
    QueueId id = home(accepted.getQueueId());
    boolean dsn = !accepted.getCauseQueueId().isEmpty() || !accepted.getCause().isEmpty();
    if (again) {
      if (dsn) {
        state.newDsns.addIfAbsent(id);
      }
      return;
    }
    int known = state.messages.ids.find(id);
    if (known >= 0) {
      state.findings.raise(
          dsn ? AlarmKind.DSN_TWICE : AlarmKind.ACCEPTED_TWICE,
          state.queueId(known),
          -1,
          "mail.accepted has it at offsets "
              + state.messages.offset(known)
              + " and "
              + record.offset());
      return;
    }
    boolean leftOut = record.timestamp() < first.horizonMillis();
    // No notice may answer it (RFC 5321 §4.5.5).
    boolean nullReversePath = accepted.getEnvelope().getReversePath().isEmpty();
    int flag =
        (nullReversePath ? Messages.NULL_REVERSE_PATH : 0)
            | (dsn ? Messages.DSN : 0)
            | (leftOut ? Messages.LEFT_OUT : 0);
    int count = leftOut ? 0 : accepted.getEnvelope().getRecipientsCount();
    int message =
        state.messages.add(
            id, record.offset(), record.timestamp(), flag, state.recipients.size(), count);
    if (leftOut) {
      state.leftOut++;
      return;
    }
    for (AcceptedRecord.Recipient recipient : accepted.getEnvelope().getRecipientsList()) {
      // RFC 3461 §4.1: without NOTIFY a failure is reported.
      List<String> notify = recipient.getNotifyList();
      boolean wants = !nullReversePath && (notify.isEmpty() || notify.contains("FAILURE"));
      state.recipients.add(wants ? Recipients.WANTS_NOTICE : 0);
    }
    organizations(accepted, message);
    if (dsn) {
      state.dsns.add(message, accepted.getCause().isEmpty() ? null : cause(accepted));
    }
  }

  /** Null: a message of another partition, or none. */
  private @Nullable QueueId cause(AcceptedRecord dsn) {
    try {
      QueueId cause = QueueId.parse(dsn.getCauseQueueId());
      return cause.partition() == state.partition ? cause : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private void organizations(AcceptedRecord accepted, int message) throws IOException {
    for (AcceptedRecord.Group group : accepted.getGroupsList()) {
      short organization = state.organizations.number(group.getOrganization());
      for (int i = 0; i < group.getRecipientsCount(); i++) {
        state.recipients.organization[state.recipient(message, group.getRecipients(i))] =
            organization;
      }
    }
  }

  private void notice(LogRecord record) throws IOException {
    NoticeRequested notice = message(NoticeRequested.parser(), record);
    if (notice.getKind() == NoticeKind.KEEP_CONTENT) {
      return;
    }
    int message = message(notice.getQueueId(), notice.getAcceptedOffset(), true);
    if (message == OTHER && again) {
      return;
    }
    noticeFold.fold(notice, message, record, again);
  }

  private void decision(LogRecord record) throws IOException {
    DecisionRecord decision = message(DecisionRecord.parser(), record);
    switch (chainFrom(record).read(decision, record.timestamp())) {
      case COUNTS -> decided(decision, record);
      case REPLAY -> count(UncountedRecord.REPLAY);
      case GAP -> count(UncountedRecord.GAP);
      case LEARNT -> count(UncountedRecord.LEARNT);
    }
  }

  // Where the log's start is gone, the first hour shows the marks.
  private DecisionChain chainFrom(LogRecord record) {
    if (chain == null) {
      chain = DecisionChain.fromTheMiddle(record.timestamp() + KafkaLog.FIRST_HOUR.toMillis());
    }
    return chain;
  }

  private void decided(DecisionRecord decision, LogRecord record) throws IOException {
    if (decision.getQueueId().isEmpty()) {
      return; // its source could not be read
    }
    int message = message(decision.getQueueId(), acceptedOffset(decision), false);
    if (message == OTHER) {
      return;
    }
    for (DecisionRecord.Delivery delivery : decision.getDeliveriesList()) {
      if (!delivery.getQueueId().equals(decision.getQueueId())) {
        throw new IOException("it has a delivery of another message");
      }
      int requirement = delivery.hasRequirement() ? TlsCheck.packed(delivery.getRequirement()) : 0;
      for (int i = 0; i < delivery.getRecipientsCount(); i++) {
        int recipient = state.recipient(message, delivery.getRecipients(i));
        decided(recipient, Items.DELIVERY, delivery.getAttempt(), requirement, record);
      }
    }
    for (OutcomeRecord outcome : decision.getOutcomesList()) {
      for (OutcomeRecord.Recipient one : outcome.getRecipientsList()) {
        int recipient = state.recipient(message, one.getRecipient());
        decided(recipient, Items.RECORDING, outcome.getAttempt(), 0, record);
      }
    }
  }

  private static long acceptedOffset(DecisionRecord decision) {
    if (decision.getSource() == DecisionSource.SOURCE_ACCEPTED) {
      return decision.getSourceOffset();
    }
    return decision.getDeliveriesCount() > 0
        ? decision.getDeliveries(0).getAcceptedOffset()
        : decision.getOutcomesCount() > 0 ? decision.getOutcomes(0).getAcceptedOffset() : 0;
  }

  private void decided(int recipient, byte kind, int number, int requirement, LogRecord record) {
    if (skipped(recipient)) {
      return;
    }
    Recipients all = state.recipients;
    if (number >= all.deliveryAttempt[recipient]) {
      all.deliveryAttempt[recipient] = number;
      all.deliveryRequirement[recipient] = requirement;
      all.deliveryOffset[recipient] = record.offset();
    }
    // In a later look its outcome may have been read before it.
    boolean done = number <= all.outcomeAttempt[recipient];
    if (!done && record.offset() >= positions.deliveries().next()) {
      item(recipient, kind, number, record);
    }
  }

  private void due(LogRecord record) throws IOException {
    AttemptDue due = message(AttemptDue.parser(), record);
    int message = message(due.getQueueId(), due.getAcceptedOffset(), false);
    if (message == OTHER) {
      return;
    }
    boolean undecided = record.offset() >= positions().due();
    for (int i = 0; i < due.getRecipientsCount(); i++) {
      int recipient = state.recipient(message, due.getRecipients(i));
      if (skipped(recipient)) {
        continue;
      }
      outcomeFold.askedFor(recipient, due.getAttempt(), record);
      if (undecided) {
        item(recipient, Items.DUE, due.getAttempt(), record);
      }
    }
  }

  private void ownState(LogRecord record) throws IOException {
    OutcomeRecord outcome = message(OutcomeRecord.parser(), record);
    List<OutcomeRecord.Recipient> states =
        outcome.getRecipientsList().stream().filter(OutcomeFold::isState).toList();
    if (states.isEmpty()) {
      return; // a control may have come for a message that never was
    }
    int message = message(outcome.getQueueId(), outcome.getAcceptedOffset(), false);
    if (message == OTHER) {
      return;
    }
    for (OutcomeRecord.Recipient one : states) {
      int recipient = state.recipient(message, one.getRecipient());
      if (skipped(recipient)) {
        continue;
      }
      if (one.getKind() == OutcomeKind.NOT_NOTIFIED) {
        state.recipients.set(recipient, Recipients.NOT_NOTIFIED);
      } else {
        outcomeFold.own(outcome, one, recipient, record);
      }
    }
  }

  private void outcome(LogRecord record) throws IOException {
    OutcomeRecord outcome = message(OutcomeRecord.parser(), record);
    Owner owner = Owner.of(outcome.getOwner());
    if (outcome.getPartitionTaken()) {
      count(owners.taken(owner) ? UncountedRecord.MARKER : UncountedRecord.MARKER_NOT_ABOVE);
      return;
    }
    List<OutcomeRecord.Recipient> recipients = outcome.getRecipientsList();
    // The writer has taken the partition before, be the message one that is read here or another. A
    // copy of content has no owner.
    if (recipients.isEmpty()
        || recipients.stream().anyMatch(one -> one.getKind() != OutcomeKind.MOVED)) {
      owners.isInForce(owner);
    }
    int message = message(outcome.getQueueId(), outcome.getAcceptedOffset(), false);
    if (message == OTHER) {
      return;
    }
    boolean unread = record.offset() >= positions.outcomes();
    boolean follows = outcome.getAfterStillOpen();
    int attempt = outcome.getAttempt();
    for (OutcomeRecord.Recipient one : recipients) {
      int recipient = state.recipient(message, one.getRecipient());
      OutcomeFold.checkKind(one);
      if (skipped(recipient)) {
        continue;
      }
      OutcomeOwners.Worth worth = owners.of(owner, one.getKind(), attempt, recipient, follows);
      if (outcomeFold.fold(outcome, one, worth, recipient, record)) {
        state.items.done(state.recipients.items[recipient], attempt);
        if (unread) {
          item(recipient, follows ? Items.OUTCOME_NO_PLACE : Items.OUTCOME, attempt, record);
        }
      }
    }
  }

  /** Positions of the groups, the decider's by its chain of Decisions as far as it was folded. */
  Positions positions() {
    DecisionChain decided = chain;
    return decided == null
        ? positions
        : new Positions(
            Math.max(positions.accepted(), decided.acceptedNext()),
            Math.max(positions.due(), decided.dueNext()),
            positions.outcomes(),
            positions.notices(),
            positions.deliveries());
  }

  private void count(UncountedRecord kind) {
    if (!again) {
      state.count(kind);
    }
  }

  private void entry(LogRecord record) throws IOException {
    if (record.key() == null) {
      throw new IOException("it has no key");
    }
    Matcher key =
        ENTRY_KEY.matcher(StandardCharsets.UTF_8.decode(record.key().duplicate()).toString());
    if (!key.matches()) {
      throw new IOException("its key does not name a recipient");
    }
    QueueId id = home(key.group(1));
    ScheduleEntry entry = record.value() == null ? null : message(ScheduleEntry.parser(), record);
    if (entry != null
        && (entry.getState() == ScheduleState.UNRECOGNIZED
            || entry.getState() == ScheduleState.SCHEDULE_STATE_UNSPECIFIED)) {
      throw new IOException("its state " + entry.getStateValue() + " is not known");
    }
    // A control may be remembered for a message that never was.
    int message =
        entry == null || entry.getState() == ScheduleState.REMEMBERED
            ? find(id)
            : known(id, entry.getAcceptedOffset(), false);
    if (message == OTHER) {
      return;
    }
    int recipient = state.recipient(message, Integer.parseInt(key.group(2)));
    if (skipped(recipient)) {
      return;
    }
    int retry = state.retry(recipient);
    state.retries.state[retry] = entry == null ? 0 : (byte) entry.getStateValue();
    if (entry != null) {
      state.retries.attempt[retry] = entry.getAttempt();
      state.retries.due[retry] =
          ParkedEntries.isParked(entry) ? entry.getExpiresMillis() : entry.getDueMillis();
    }
  }

  private void item(int recipient, byte kind, int number, LogRecord record) {
    state.recipients.items[recipient] =
        state.items.add(
            state.recipients.items[recipient], kind, number, record.offset(), record.timestamp());
  }

  private boolean skipped(int recipient) {
    return again && !state.recipients.is(recipient, Recipients.SUSPECT);
  }

  private QueueId home(String text) throws IOException {
    QueueId id = QueueId.parse(text);
    if (id.partition() != state.partition) {
      throw new IOException("its queue id is of another partition");
    }
    return id;
  }

  private int message(String queueId, long acceptedOffset, boolean mayBeNewer) throws IOException {
    return known(home(queueId), acceptedOffset, mayBeNewer);
  }

  private int find(QueueId id) {
    int message = state.messages.ids.find(id);
    return message < 0 || state.messages.is(message, Messages.LEFT_OUT) ? OTHER : message;
  }

  // The message that a record speaks of; OTHER: older than the topics go back, newer than this look
  // (only notices are read to a later end than mail.accepted, unless a transaction held that back),
  // or, an alarm, one that mail.accepted ought to have.
  private int known(QueueId id, long acceptedOffset, boolean mayBeNewer) {
    int message = state.messages.ids.find(id);
    if (message >= 0) {
      return state.messages.is(message, Messages.LEFT_OUT) ? OTHER : message;
    }
    boolean held = acceptedEnd < first.end(Topic.ACCEPTED);
    if (again || (mayBeNewer || held) && acceptedOffset >= acceptedEnd) {
      return OTHER;
    }
    if (acceptedOffset < first.begin(Topic.ACCEPTED)) {
      if (state.older.addIfAbsent(id)) {
        state.leftOut++;
      }
    } else if (unknown.addIfAbsent(id)) {
      state.findings.raise(
          AlarmKind.UNKNOWN_MESSAGE,
          id.value(),
          -1,
          "other topics refer to it, and mail.accepted-"
              + state.partition
              + " does not have it; it should be at offset "
              + acceptedOffset);
    }
    return OTHER;
  }
}
