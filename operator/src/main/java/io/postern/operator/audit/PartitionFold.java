package io.postern.operator.audit;

import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleState;
import io.postern.operator.audit.rules.DecisionChain;
import io.postern.operator.audit.rules.OutcomeOwners;
import io.postern.operator.audit.wire.AcceptedFields;
import io.postern.operator.audit.wire.AttemptFields;
import io.postern.operator.audit.wire.DecisionFields;
import io.postern.operator.audit.wire.EntryFields;
import io.postern.operator.audit.wire.Ints;
import io.postern.operator.audit.wire.NoticeFields;
import io.postern.operator.audit.wire.OutcomeFields;
import io.postern.operator.audit.wire.Slice;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Folds one partition's records into its {@link PartitionState}: first all that the first cut
 * holds, topic by topic, mail.accepted before the others; in later looks what is new, for those who
 * are looked for alone. One thread.
 *
 * <p>A record that cannot be read is named, counted and left out.
 */
final class PartitionFold {
  private static final int OTHER = -1;

  private final PartitionState state;
  private final Cut first;
  private final OutcomeFold outcomeFold;
  private final NoticeFold noticeFold;
  private final PackedId id = new PackedId();
  private final PackedId other = new PackedId();
  private final Slice key = new Slice();
  private final AcceptedFields accepted = new AcceptedFields();
  private final AttemptFields attempt = new AttemptFields();
  private final DecisionFields decision = new DecisionFields();
  private final OutcomeFields outcome = new OutcomeFields();
  private final NoticeFields notice = new NoticeFields();
  private final EntryFields entry = new EntryFields();
  private final HashSetOfLongs unknown = new HashSetOfLongs();
  private final OutcomeOwners owners = new OutcomeOwners();
  private @Nullable DecisionChain chain;
  private Positions positions;
  private long acceptedEnd;
  private boolean again;

  PartitionFold(PartitionState state, Cut first) {
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

  /** What follows belongs to another look. */
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
      state.findings.unreadable(topic, state.partition, record.offset(), why(e));
    }
  }

  private static String why(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static java.nio.ByteBuffer value(LogRecord record) throws IOException {
    if (record.value() == null) {
      throw new IOException("it has no value");
    }
    return record.value();
  }

  private void accepted(LogRecord record) throws IOException {
    accepted.read(value(record));
    home(accepted.queueId);
    boolean dsn = !accepted.causeQueueId.isEmpty() || !accepted.cause.isEmpty();
    if (again) {
      if (dsn && state.newDsns.find(id.time, id.random) < 0) {
        state.newDsns.add(id.time, id.random);
      }
      return;
    }
    int known = state.messages.ids.find(id.time, id.random);
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
    int flag =
        (accepted.nullSender ? Messages.NULL_SENDER : 0)
            | (dsn ? Messages.DSN : 0)
            | (leftOut ? Messages.LEFT_OUT : 0);
    int count = leftOut ? 0 : accepted.recipients();
    int message =
        state.messages.add(
            id, record.offset(), record.timestamp(), flag, state.recipients.size(), count);
    if (leftOut) {
      state.leftOut++;
      return;
    }
    for (int i = 0; i < count; i++) {
      boolean wants = !accepted.nullSender && accepted.failureNotice.get(i) != 0;
      state.recipients.add(wants ? Recipients.WANTS_NOTICE : 0, 0);
    }
    organizations(message);
    if (dsn) {
      boolean named = !accepted.cause.isEmpty() && other.parse(accepted.causeQueueId);
      state.dsns.add(message, named && other.partition == state.partition ? other : null);
    }
  }

  private void organizations(int message) throws IOException {
    int count = state.messages.recipients(message);
    for (int group = 0; group < accepted.groups; group++) {
      int organization = state.organizations.number(accepted.organization(group));
      Ints members = accepted.members(group);
      for (int i = 0; i < members.size(); i++) {
        int index = members.get(i);
        if (index < 0 || index >= count) {
          throw new IOException("a group names a recipient that the envelope does not have");
        }
        state.recipients.organization[state.messages.first(message) + index] = (short) organization;
      }
    }
  }

  private void notice(LogRecord record) throws IOException {
    notice.read(value(record));
    if (notice.kind == NoticeKind.KEEP_CONTENT_VALUE) {
      return;
    }
    int message = message(notice.queueId, notice.acceptedOffset, true);
    if (message == OTHER && again) {
      return;
    }
    noticeFold.fold(notice, message, record, again);
  }

  private void decision(LogRecord record) throws IOException {
    decision.read(value(record));
    DecisionChain.Link link =
        chainFrom(record)
            .read(decision.source, decision.sourceOffset, decision.previous, record.timestamp());
    switch (link) {
      case COUNTS -> decided(record);
      case REPLAY -> count(Uncounted.REPLAY);
      case GAP -> count(Uncounted.GAP);
      case LEARNT -> count(Uncounted.LEARNT);
    }
  }

  // Where the log's start is gone, the first hour tells the marks.
  private DecisionChain chainFrom(LogRecord record) {
    if (chain == null) {
      chain = DecisionChain.fromTheMiddle(record.timestamp() + KafkaLog.FIRST_HOUR.toMillis());
    }
    return chain;
  }

  private void decided(LogRecord record) throws IOException {
    if (decision.queueId.isEmpty()) {
      return; // its source could not be read
    }
    int message = message(decision.queueId, acceptedOffset(), false);
    if (message == OTHER) {
      return;
    }
    for (int i = 0; i < decision.deliveries; i++) {
      AttemptFields delivery = decision.delivery(i);
      if (!delivery.queueId.is(decision.queueId)) {
        throw new IOException("it has a delivery of another message");
      }
      for (int j = 0; j < delivery.recipients.size(); j++) {
        int recipient = recipient(message, delivery.recipients.get(j));
        int requirement = delivery.requirement.packed();
        decided(recipient, Items.DELIVERY, delivery.attempt, requirement, record);
      }
    }
    for (int i = 0; i < decision.outcomes; i++) {
      OutcomeFields ofIt = decision.outcome(i);
      for (int j = 0; j < ofIt.recipients.size(); j++) {
        int recipient = recipient(message, ofIt.recipients.get(j));
        decided(recipient, Items.RECORDING, ofIt.attempt, 0, record);
      }
    }
  }

  private long acceptedOffset() {
    if (decision.source == DecisionSource.SOURCE_ACCEPTED_VALUE) {
      return decision.sourceOffset;
    }
    return decision.deliveries > 0
        ? decision.delivery(0).acceptedOffset
        : decision.outcomes > 0 ? decision.outcome(0).acceptedOffset : 0;
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
    attempt.readDue(value(record));
    int message = message(attempt.queueId, attempt.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    boolean undecided = record.offset() >= positions().due();
    for (int i = 0; i < attempt.recipients.size(); i++) {
      int recipient = recipient(message, attempt.recipients.get(i));
      if (skipped(recipient)) {
        continue;
      }
      outcomeFold.askedFor(recipient, attempt.attempt, record);
      if (undecided) {
        item(recipient, Items.DUE, attempt.attempt, record);
      }
    }
  }

  private void ownState(LogRecord record) throws IOException {
    outcome.read(value(record));
    if (OutcomeFold.answersOnly(outcome)) {
      return; // a control may have come for a message that never was
    }
    int message = message(outcome.queueId, outcome.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    for (int i = 0; i < outcome.recipients.size(); i++) {
      if (outcome.kinds.get(i) == OutcomeKind.OUTCOME_KIND_UNSPECIFIED_VALUE) {
        continue;
      }
      int recipient = recipient(message, outcome.recipients.get(i));
      if (skipped(recipient)) {
        continue;
      }
      if (outcome.kinds.get(i) == OutcomeKind.NOT_NOTIFIED_VALUE) {
        state.recipients.set(recipient, Recipients.NOT_NOTIFIED);
      } else {
        outcomeFold.own(outcome, i, recipient, record);
      }
    }
  }

  private void outcome(LogRecord record) throws IOException {
    outcome.read(value(record));
    if (outcome.partitionTaken) {
      count(
          owners.taken(outcome.era, outcome.generation, outcome.take)
              ? Uncounted.MARKER
              : Uncounted.MARKER_NOT_ABOVE);
      return;
    }
    implied();
    int message = message(outcome.queueId, outcome.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    boolean unread = record.offset() >= positions.outcomes();
    for (int i = 0; i < outcome.recipients.size(); i++) {
      int recipient = recipient(message, outcome.recipients.get(i));
      OutcomeKind kind = OutcomeFold.ofDelivery(outcome.kinds.get(i));
      if (skipped(recipient)) {
        continue;
      }
      OutcomeOwners.Worth worth =
          owners.of(
              outcome.era,
              outcome.generation,
              outcome.take,
              kind,
              outcome.attempt,
              recipient,
              outcome.afterStillOpen);
      if (outcomeFold.fold(outcome, i, kind, worth, recipient, record)) {
        state.items.done(state.recipients.items[recipient], outcome.attempt);
        if (unread) {
          byte item = outcome.afterStillOpen ? Items.OUTCOME_NO_PLACE : Items.OUTCOME;
          item(recipient, item, outcome.attempt, record);
        }
      }
    }
  }

  // Whoever writes has taken the partition before, be it of this message or another's, or of none
  // that is read here. A copy of content has no owner.
  private void implied() {
    boolean copy = outcome.kinds.size() > 0;
    for (int i = 0; i < outcome.kinds.size(); i++) {
      copy &= outcome.kinds.get(i) == OutcomeKind.MOVED_VALUE;
    }
    if (!copy) {
      owners.isInForce(outcome.era, outcome.generation, outcome.take);
    }
  }

  /** Where the groups stand, the decider by its chain of Decisions as far as it was folded. */
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

  private void count(Uncounted kind) {
    if (!again) {
      state.count(kind);
    }
  }

  private void entry(LogRecord record) throws IOException {
    if (record.key() == null) {
      throw new IOException("it has no key");
    }
    key.set(record.key());
    int index = id.parseEntryKey(key);
    if (index < 0 || id.partition != state.partition) {
      throw new IOException("its key is no recipient of this partition");
    }
    entry.state = 0;
    if (record.value() != null) {
      entry.read(record.value());
      ScheduleState known = ScheduleState.forNumber(entry.state);
      if (known == null || known == ScheduleState.SCHEDULE_STATE_UNSPECIFIED) {
        throw new IOException("its state " + entry.state + " is none that is known");
      }
    }
    // A control may be remembered for a message that never was.
    boolean noPlace = record.value() == null || entry.state == ScheduleState.REMEMBERED_VALUE;
    int message = noPlace ? find() : known(entry.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    int recipient = recipient(message, index);
    if (skipped(recipient)) {
      return;
    }
    int later = state.later(recipient);
    state.later.state[later] = (byte) entry.state;
    if (record.value() != null) {
      state.later.attempt[later] = entry.attempt;
      state.later.due[later] = entry.dueMillis;
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

  private int recipient(int message, int index) throws IOException {
    if (index < 0 || index >= state.messages.recipients(message)) {
      throw new IOException("it names a recipient that the envelope does not have");
    }
    return state.messages.first(message) + index;
  }

  private void home(Slice queueId) throws IOException {
    if (!id.parse(queueId)) {
      throw new IOException("it has no queue id");
    }
    if (id.partition != state.partition) {
      throw new IOException("its queue id is of another partition");
    }
  }

  private int message(Slice queueId, long acceptedOffset, boolean mayBeNewer) throws IOException {
    home(queueId);
    return known(acceptedOffset, mayBeNewer);
  }

  private int find() {
    int message = state.messages.ids.find(id.time, id.random);
    return message < 0 || state.messages.is(message, Messages.LEFT_OUT) ? OTHER : message;
  }

  // The message that a record speaks of; OTHER: older than the topics go back, newer than this look
  // (only notices are read to a later end than mail.accepted, unless a transaction held that back),
  // or, an alarm, one that mail.accepted ought to have.
  private int known(long acceptedOffset, boolean mayBeNewer) {
    int message = state.messages.ids.find(id.time, id.random);
    if (message >= 0) {
      return state.messages.is(message, Messages.LEFT_OUT) ? OTHER : message;
    }
    boolean held = acceptedEnd < first.end(Topic.ACCEPTED);
    if (again || (mayBeNewer || held) && acceptedOffset >= acceptedEnd) {
      return OTHER;
    }
    long hash = id.time * 0x9e3779b97f4a7c15L ^ id.random | 1;
    if (acceptedOffset < first.begin(Topic.ACCEPTED)) {
      if (state.older.add(hash)) {
        state.leftOut++;
      }
    } else if (unknown.add(hash)) {
      state.findings.raise(
          AlarmKind.UNKNOWN_MESSAGE,
          PackedId.text(state.partition, id.time, id.random),
          -1,
          "other topics speak of it, and mail.accepted-"
              + state.partition
              + " has no such message; it ought to be at offset "
              + acceptedOffset);
    }
    return OTHER;
  }
}
