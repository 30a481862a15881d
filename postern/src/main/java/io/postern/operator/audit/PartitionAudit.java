package io.postern.operator.audit;

import io.postern.contracts.QueueId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition from its first look to its last. A look is one thread's; the next may be another's.
 */
final class PartitionAudit {
  static final int MAX_LOOKS = 15;

  private final PartitionState state;
  private final PartitionFold fold;
  private final Examination examination;
  private final Description description;
  private final List<Positions> looks = new ArrayList<>();
  private final long[] read = new long[Topic.values().length];
  private final LogExtent first;
  private Suspects suspects = new Suspects();
  private boolean heldBack;
  private long nowMillis;

  PartitionAudit(int partition, LogExtent first, int maxAlarms, Duration stuckAfter) {
    this.state = new PartitionState(partition, maxAlarms);
    this.first = first;
    this.fold = new PartitionFold(state, first);
    this.examination = new Examination(state, stuckAfter.toMillis());
    this.description = new Description(state);
  }

  int partition() {
    return state.partition;
  }

  int suspects() {
    return suspects.size();
  }

  PartitionState state() {
    return state;
  }

  /** Reads the first extent. */
  void readAll(LogSource.Reader log) throws AuditUnavailableException, InterruptedException {
    for (Topic topic : Topic.values()) {
      read[topic.ordinal()] =
          log.read(
              topic,
              state.partition,
              first.begin(topic),
              first.end(topic),
              record -> fold.fold(topic, record));
      if (topic == Topic.ACCEPTED) {
        fold.acceptedRead(read[topic.ordinal()]);
      }
    }
  }

  void firstLook(long millis, long nanos) {
    nowMillis = millis;
    positions();
    Positions now = fold.positions();
    looks.add(now);
    for (int recipient = 0; recipient < state.recipients.size(); recipient++) {
      examination.examine(recipient, now, null, millis);
      if (examination.problem != Problem.NONE) {
        state.recipients.set(recipient, Recipients.SUSPECT);
        suspects.add(recipient, examination.fingerprint, nanos);
      }
    }
    dsns();
  }

  // Positions were read before the ends.
  private void positions() {
    Positions at = first.positions();
    position(Topic.ACCEPTED, at.accepted());
    position(Topic.DUE, at.due());
    position(Topic.OUTCOMES, at.outcomes());
    position(Topic.NOTICES, at.notices());
    position(Topic.DELIVERIES, at.deliveries().next());
    position(Topic.OUTCOMES, at.deliveries().outcomesFrom());
  }

  private void position(Topic topic, long position) {
    if (position > first.end(topic)) {
      state.findings.raise(
          AlarmKind.POSITION_BEYOND_END,
          "",
          -1,
          topic.topicName()
              + "-"
              + state.partition
              + " ends at offset "
              + first.end(topic)
              + ", and was consumed up to "
              + position);
    }
  }

  /** Reads new records; nothing where there is no suspect. */
  void readNew(LogSource.Reader log, LogExtent extent)
      throws AuditUnavailableException, InterruptedException {
    if (suspects.size() == 0) {
      return;
    }
    fold.lookAgain(extent.positions());
    heldBack = false;
    for (Topic topic : Topic.values()) {
      int at = topic.ordinal();
      if (extent.end(topic) > read[at]) {
        read[at] =
            log.read(
                topic,
                state.partition,
                Math.max(read[at], extent.begin(topic)),
                extent.end(topic),
                record -> fold.fold(topic, record));
        heldBack |= read[at] < extent.end(topic);
      }
    }
    looks.add(fold.positions());
  }

  /**
   * Settles a recipient that is in order now. One with the same problem for {@code wait} while an
   * open transaction held nothing back, or with one at the last look, is an alarm.
   */
  void lookAgain(long millis, long nanos, Duration wait, boolean last) {
    if (suspects.size() == 0) {
      return;
    }
    nowMillis = millis;
    Positions now = looks.getLast();
    Suspects left = new Suspects();
    for (int i = 0; i < suspects.size(); i++) {
      int recipient = suspects.recipient(i);
      examination.examine(recipient, now, looks.getFirst(), millis);
      long since = suspects.since(i, examination.fingerprint, nanos);
      if (examination.problem == Problem.NONE) {
        settle(recipient);
      } else if (last || !heldBack && nanos - since >= wait.toNanos()) {
        state.raise(
            examination.problem.alarm(), recipient, description.of(recipient, examination, now));
        settle(recipient);
      } else {
        left.add(recipient, examination.fingerprint, since);
      }
    }
    suspects = left;
  }

  private void settle(int recipient) {
    state.recipients.clear(recipient, Recipients.SUSPECT);
    state.recipients.set(recipient, looks.size() - 1 << Recipients.LOOK_SHIFT);
  }

  private void examineSettled(int recipient) {
    int look = state.recipients.flags[recipient] >>> Recipients.LOOK_SHIFT & MAX_LOOKS;
    Positions before = look == 0 ? null : looks.getFirst();
    examination.examine(recipient, looks.get(look), before, nowMillis);
  }

  // Each DSN names a cause that happened, and answers no null reverse-path (RFC 5321 §4.5.5).
  private void dsns() {
    for (int i = 0; i < state.dsns.size(); i++) {
      int dsn = state.dsns.message(i);
      String fault = fault(i, dsn);
      if (fault != null) {
        state.findings.raise(AlarmKind.DSN_WITHOUT_CAUSE, state.queueId(dsn), -1, fault);
      }
    }
  }

  private @Nullable String fault(int i, int dsn) {
    int named = state.dsns.cause(i);
    if (named < 0) {
      return "it names no message of this partition as its cause";
    }
    int cause = state.messages.ids.find(state.dsns.causes, named);
    String causeId = state.dsns.causes.text(state.partition, named);
    int notice = state.notices.ids.find(state.messages.ids, dsn);
    if (notice < 0) {
      return "no notice about " + causeId + " requested it";
    }
    if (cause < 0) {
      return state.notices.message(notice) < 0 && first.begin(Topic.ACCEPTED) > 0
          ? null // older than its acceptance is kept
          : "its cause " + causeId + " is not in mail.accepted";
    }
    if (state.messages.is(cause, Messages.NULL_REVERSE_PATH)) {
      return "its cause " + causeId + " has a null reverse-path";
    }
    int about = state.notices.message(notice);
    return about < 0 || about == cause
        ? null
        : "it was requested about " + state.queueId(about) + " and names " + causeId;
  }

  Tallies tally() {
    Tallies tallies = new Tallies();
    for (int recipient = 0; recipient < state.recipients.size(); recipient++) {
      int message = state.messages.of(recipient);
      Tally tally = tallies.of(organization(recipient), state.messages.is(message, Messages.DSN));
      if (recipient == state.messages.first(message)) {
        tally.countMessage();
      }
      examineSettled(recipient);
      count(tally, recipient);
    }
    tallies.add(state.duplicates);
    return tallies;
  }

  private void count(Tally tally, int recipient) {
    switch (examination.result) {
      case DELIVERED ->
          tally.countDelivered(
              state.recipients.is(recipient, Recipients.DELIVERED_AFTER_END),
              state.recipients.is(recipient, Recipients.PERHAPS_TWICE));
      case FAILED -> tally.countFailed(examination.expired);
      case CANCELLED -> tally.countCancelled();
      case PENDING -> {
        switch (examination.problem) {
          case NOWHERE -> tally.countNowhere();
          case TWICE -> tally.countTwice();
          default ->
              tally.countPending(
                  Place.values()[Integer.numberOfTrailingZeros(examination.placeBits())]);
        }
      }
    }
  }

  private String organization(int recipient) {
    return state.organizations.name(state.recipients.organization[recipient]);
  }

  synchronized Optional<RecipientAnswer> answer(QueueId id, int index) {
    int message = state.messages.ids.find(id);
    if (message < 0 || index < 0 || index >= state.messages.recipients(message)) {
      return Optional.empty();
    }
    return Optional.of(answer(state.messages.first(message) + index));
  }

  synchronized void answers(Consumer<RecipientAnswer> each) {
    for (int recipient = 0; recipient < state.recipients.size(); recipient++) {
      each.accept(answer(recipient));
    }
  }

  private RecipientAnswer answer(int recipient) {
    examineSettled(recipient);
    int message = state.messages.of(recipient);
    return new RecipientAnswer(
        state.queueId(message),
        recipient - state.messages.first(message),
        organization(recipient),
        state.messages.is(message, Messages.DSN),
        examination.result,
        examination.places(),
        state.recipients.delivered(recipient),
        state.recipients.is(recipient, Recipients.MAY_HAVE_BEEN_TAKEN),
        state.recipients.is(recipient, Recipients.STILL_OPEN));
  }
}
