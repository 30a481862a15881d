package io.postern.policy.scheduler;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.ParkedEntries;
import io.postern.contracts.Reasons;
import io.postern.contracts.Texts;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleEntryOrBuilder;
import io.postern.contracts.v1.ScheduleState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The transitions between states of a recipient that outcome, control and clock share
 * (docs/design/architecture.md, "Time"). Each stages the entry, and the outcome and notice that
 * belong to it. Any thread.
 */
final class Transitions {
  /** The time after expiry in which an outcome of an open attempt may still come. */
  private static final long ANSWERLESS = Duration.ofDays(2).toMillis();

  private static final int MOST_ROUTE = 80;
  static final int MOST_REASON = 40;

  private final ScheduleTimes times;

  Transitions(ScheduleTimes times) {
    this.times = times;
  }

  /** The time at which an entry needs a step of the clock: an attempt, an end, a notice. */
  long wake(ScheduleEntry entry) {
    return switch (entry.getState()) {
      case WAITING ->
          Math.min(
              ParkedEntries.isParked(entry) ? entry.getExpiresMillis() : entry.getDueMillis(),
              delayNotice(entry));
      case ENTRY_HELD, WATCHED, DELIVERED_MARK, REMEMBERED -> entry.getDueMillis();
      case OPEN -> entry.getExpiresMillis() + ANSWERLESS;
      case SCHEDULE_STATE_UNSPECIFIED, UNRECOGNIZED -> Entries.NEVER;
    };
  }

  private long delayNotice(ScheduleEntry entry) {
    return entry.getDelayNoticed() || entry.getAcceptedMillis() == 0
        ? Entries.NEVER
        : entry.getAcceptedMillis() + times.delayNotice().toMillis();
  }

  /** The next attempt is due: asked for, and open. */
  void open(Changes changes, EntryKey key, ScheduleEntry entry) {
    changes.outbox().due(key, entry);
    changes.put(
        key,
        entry.toBuilder()
            .setState(ScheduleState.OPEN)
            .setAttempt(entry.getAttempt() + 1)
            .setParked(ParkedEntries.isParked(entry))
            .clearCause()
            .clearRemembered()
            .clearRememberedBy()
            .clearRememberedWithoutNotice()
            .build());
  }

  /** Ends a recipient whose time is over, and asks for a DSN. */
  void expire(Changes changes, EntryKey key, ScheduleEntry entry) {
    RecipientOutcome expired =
        Answers.state(key.recipient(), OutcomeKind.EXPIRED_OUTCOME, entry.getReason());
    changes.outbox().outcome(key, entry, "", expired);
    changes.outbox().notice(key, entry, NoticeKind.NOTICE_FAILED, "expired", expired, 0);
    changes.remove(key);
  }

  /** At the end of a hold, which no administrator has asked for. */
  void cancelAtHoldLimit(Changes changes, EntryKey key, ScheduleEntry entry) {
    cancelled(changes, key, entry, Reasons.HOLD_LIMIT, "", true);
  }

  /**
   * By an administrator.
   *
   * @param notice the sender gets a DSN
   */
  void cancel(
      Changes changes, EntryKey key, ScheduleEntry entry, boolean notice, String controlId) {
    cancelled(changes, key, entry, Reasons.ADMINISTRATOR, controlId, notice);
  }

  private static void cancelled(
      Changes changes,
      EntryKey key,
      ScheduleEntry entry,
      String reason,
      String controlId,
      boolean notice) {
    RecipientOutcome.Builder cancelled =
        Answers.state(key.recipient(), OutcomeKind.CANCELLED, reason).toBuilder();
    if (entry.getState() == ScheduleState.ENTRY_HELD) {
      cancelled.setDetail("It was held: " + entry.getReason());
    }
    changes.outbox().outcome(key, entry, controlId, cancelled.build());
    if (notice) {
      changes
          .outbox()
          .notice(key, entry, NoticeKind.NOTICE_FAILED, "cancelled", cancelled.build(), 0);
    } else {
      // The audit finds why there is no DSN (docs/design/the-log.md, "Accounting").
      changes
          .outbox()
          .outcome(
              key,
              entry,
              controlId,
              Answers.state(key.recipient(), OutcomeKind.NOT_NOTIFIED, Reasons.ADMINISTRATOR));
    }
    changes.remove(key);
  }

  /** Asks for a notice to the sender that the message waits. */
  void delayed(Changes changes, EntryKey key, ScheduleEntry entry) {
    changes
        .outbox()
        .notice(
            key,
            entry,
            NoticeKind.NOTICE_DELAYED,
            "delayed",
            Answers.state(key.recipient(), OutcomeKind.DEFERRED, entry.getReason()),
            0);
    changes.put(key, entry.toBuilder().setDelayNoticed(true).build());
  }

  /**
   * Holds a recipient until the limit. A hold does not count as age: expiry is put off by its
   * longest time, and {@link #release} takes the unused part back. At the first hold the scheduler
   * asks for a copy of the content, once a message (docs/design/the-log.md, "Home partition and
   * content").
   */
  void hold(Changes changes, EntryKey key, ScheduleEntry.Builder entry, String reason) {
    long now = changes.now();
    long until = Math.max(now, Math.min(now + times.holdLimit().toMillis(), longest(key, entry)));
    entry
        .setState(ScheduleState.ENTRY_HELD)
        .setReason(Texts.cut(reason, MOST_REASON))
        .setDueMillis(until)
        .setExpiresMillis(entry.getExpiresMillis() + (until - now))
        .setHandBacks(0)
        .clearParked()
        .clearCause();
    if (!entry.getKeepAsked()) {
      keep(changes, key, entry);
    }
    changes.put(key, entry.build());
  }

  private static void keep(Changes changes, EntryKey key, ScheduleEntry.Builder entry) {
    entry.setKeepAsked(true);
    for (ScheduleEntry other : changes.ofMessage(key.queueId()).values()) {
      if (other.getKeepAsked()) {
        if (other.hasKept()) {
          entry.setKept(other.getKept());
        }
        return;
      }
    }
    changes
        .outbox()
        .notice(
            key,
            entry.build(),
            NoticeKind.KEEP_CONTENT,
            "keep",
            Answers.state(key.recipient(), OutcomeKind.HELD, entry.getReason()),
            0);
  }

  /** Ends a hold: the next attempt is due now. */
  void release(Changes changes, EntryKey key, ScheduleEntry entry, String controlId) {
    long unused = Math.max(0, entry.getDueMillis() - changes.now());
    ScheduleEntry released =
        entry.toBuilder()
            .setState(ScheduleState.WAITING)
            .setDueMillis(changes.now())
            .setCause(DueCause.DUE_RELEASED)
            .setExpiresMillis(Math.min(entry.getExpiresMillis() - unused, longest(key, entry)))
            .setReleasedReason(entry.getReason())
            .build();
    changes
        .outbox()
        .outcome(
            key,
            released,
            controlId,
            Answers.state(key.recipient(), OutcomeKind.RELEASED, entry.getReason()));
    changes.put(key, released);
  }

  /**
   * No message lives longer: its records and its content are kept until then
   * (docs/design/the-log.md, "Home partition and content").
   */
  private static long longest(EntryKey key, ScheduleEntryOrBuilder entry) {
    long accepted =
        entry.getAcceptedMillis() == 0 ? key.queueId().createdMillis() : entry.getAcceptedMillis();
    return accepted + Topics.LONGEST_LIFETIME.plus(Topics.LONGEST_HOLD).toMillis();
  }

  /** A route's name as entries have it: a long one is cut, and its hash appended. */
  static String route(String route) {
    return route.length() <= MOST_ROUTE
        ? route
        : route.substring(0, MOST_ROUTE - 17)
            + "#"
            + Fingerprints.hex(Fingerprints.sha256(route.getBytes(StandardCharsets.UTF_8)))
                .substring(0, 16);
  }
}
