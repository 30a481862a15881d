package io.postern.stack.audit;

import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.ScheduleState;
import io.postern.stack.audit.wire.AcceptedFields;
import io.postern.stack.audit.wire.AttemptFields;
import io.postern.stack.audit.wire.EntryFields;
import io.postern.stack.audit.wire.Ints;
import io.postern.stack.audit.wire.NoticeFields;
import io.postern.stack.audit.wire.OutcomeFields;
import io.postern.stack.audit.wire.Slice;
import java.io.IOException;

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
  private final OutcomeFields outcome = new OutcomeFields();
  private final NoticeFields notice = new NoticeFields();
  private final EntryFields entry = new EntryFields();
  private final HashSetOfLongs unknown = new HashSetOfLongs();
  private Positions positions;
  private long acceptedEnd;
  private boolean again;

  PartitionFold(PartitionState state, Cut first) {
    this.state = state;
    this.first = first;
    this.positions = first.positions();
    this.acceptedEnd = first.end(Topic.ACCEPTED);
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
        case DUE -> due(record);
        case DELIVERIES -> delivery(record);
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

  private void due(LogRecord record) throws IOException {
    attempt.readDue(value(record));
    int message = message(attempt.queueId, attempt.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    for (int i = 0; i < attempt.recipients.size(); i++) {
      int recipient = recipient(message, attempt.recipients.get(i));
      if (skipped(recipient)) {
        continue;
      }
      int later = state.later(recipient);
      state.later.askedFor[later] = Math.max(state.later.askedFor[later], attempt.attempt);
      if (record.offset() >= positions.due()) {
        item(recipient, Items.DUE, attempt.attempt, record);
      }
    }
  }

  private void delivery(LogRecord record) throws IOException {
    attempt.readDelivery(value(record));
    int message = message(attempt.queueId, attempt.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    boolean finished = positions.deliveries().finished(record.offset());
    int requirement = attempt.requirement.packed();
    Recipients all = state.recipients;
    for (int i = 0; i < attempt.recipients.size(); i++) {
      int recipient = recipient(message, attempt.recipients.get(i));
      if (skipped(recipient)) {
        continue;
      }
      if (attempt.attempt >= all.deliveryAttempt[recipient]) {
        all.deliveryAttempt[recipient] = attempt.attempt;
        all.deliveryRequirement[recipient] = requirement;
        all.deliveryOffset[recipient] = record.offset();
      }
      if (!finished) {
        item(recipient, Items.DELIVERY, attempt.attempt, record);
      }
    }
  }

  private void outcome(LogRecord record) throws IOException {
    outcome.read(value(record));
    if (outcomeFold.repeated(outcome) || OutcomeFold.answersOnly(outcome, record)) {
      return;
    }
    int message = message(outcome.queueId, outcome.acceptedOffset, false);
    if (message == OTHER) {
      return;
    }
    // What the scheduler skips is nowhere to be waited for.
    boolean unread =
        record.offset() >= positions.outcomes() && !record.byScheduler() && !record.finalAttempt();
    for (int i = 0; i < outcome.recipients.size(); i++) {
      int recipient = recipient(message, outcome.recipients.get(i));
      if (skipped(recipient)) {
        continue;
      }
      if (outcomeFold.fold(outcome, i, recipient, record) && unread) {
        byte kind = outcome.afterStillOpen ? Items.OUTCOME_NO_PLACE : Items.OUTCOME;
        item(recipient, kind, outcome.attempt, record);
      }
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
