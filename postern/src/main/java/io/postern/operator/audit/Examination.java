package io.postern.operator.audit;

import io.postern.contracts.v1.ScheduleState;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One recipient at one look: its state, its places, and its problem (docs/design/the-log.md,
 * "Accounting"). Reused; one thread.
 */
final class Examination {
  private final PartitionState state;
  private final Recipients all;
  private final long stuckMillis;

  RecipientState result = RecipientState.PENDING;

  /** Of a failed one: its time was over. */
  boolean expired;

  Problem problem = Problem.NONE;

  /** Bits by {@link Place}'s ordinal. */
  private int places;

  /** Changes when anything about it does. */
  long fingerprint;

  private int moving;
  private int movingAttempt;
  private boolean outcomeUnread;
  private boolean still;
  private int annulledThrough;

  Examination(PartitionState state, long stuckMillis) {
    this.state = state;
    this.all = state.recipients;
    this.stuckMillis = stuckMillis;
  }

  /**
   * @param before positions of the first look; null: this is the first, and the audit looks again
   *     at a recipient that waits for long
   * @param nowMillis the present, for due times
   */
  void examine(int recipient, Positions now, @Nullable Positions before, long nowMillis) {
    places = 0;
    moving = 0;
    movingAttempt = 0;
    outcomeUnread = false;
    still = false;
    expired = false;
    annulledThrough = state.annulledThrough(recipient);
    problem = Problem.NONE;
    fingerprint = 31L * (all.flags[recipient] & Recipients.FACTS) + all.items[recipient];
    accepted(recipient, now, before, nowMillis);
    items(recipient, now, before, nowMillis);
    int retry = all.retry[recipient];
    ScheduleState entry = retry == 0 ? null : ScheduleState.forNumber(state.retries.state[retry]);
    if (all.is(recipient, Recipients.DELIVERED)) {
      result = RecipientState.DELIVERED;
      ended(recipient, entry, now);
    } else if (state.endedByScheduler(recipient)) {
      expired = all.is(recipient, Recipients.EXPIRED);
      result = expired ? RecipientState.FAILED : RecipientState.CANCELLED;
      ended(recipient, entry, now);
      if (all.outcomeAttempt[recipient] > state.retries.ownAttempt[retry]) {
        problem = Problem.STATE_AFTER_END;
      }
    } else if (state.failed(recipient)) {
      result = RecipientState.FAILED;
      ended(recipient, entry, now);
      if (state.retries.failedBefore[retry] > state.annulledThrough(recipient)) {
        problem = Problem.STATE_AFTER_END;
      }
    } else {
      result = RecipientState.PENDING;
      pending(entry, retry, nowMillis);
    }
    fingerprint = (fingerprint * 31 + places) * 31 + problem.ordinal();
    if (retry != 0) {
      fingerprint =
          (fingerprint * 31 + state.retries.state[retry]) * 31 + state.retries.attempt[retry];
      fingerprint = fingerprint * 31 + state.retries.due[retry];
    }
  }

  int placeBits() {
    return places;
  }

  Set<Place> places() {
    Set<Place> set = EnumSet.noneOf(Place.class);
    for (Place place : Place.values()) {
      if ((places & 1 << place.ordinal()) != 0) {
        set.add(place);
      }
    }
    return set;
  }

  private void accepted(int recipient, Positions now, @Nullable Positions before, long nowMillis) {
    int message = state.messages.of(recipient);
    if (state.messages.offset(message) >= now.accepted()) {
      found(Place.UNDECIDED, 1);
      still |=
          nowMillis - state.messages.timestamp(message) > stuckMillis
              && (before == null || before.accepted() == now.accepted());
    }
  }

  private void items(int recipient, Positions now, @Nullable Positions before, long nowMillis) {
    int lastOutcome = -1;
    for (int item = all.items[recipient]; item != 0; item = state.items.next(item)) {
      if (state.items.consumed(item, now)) {
        continue;
      }
      int attempt = state.items.attempt(item);
      boolean waitsLong = nowMillis - state.items.timestamp(item) > stuckMillis;
      switch (state.items.kind(item)) {
        case Items.DUE -> {
          found(Place.DUE, attempt);
          still |= waitsLong && (before == null || before.due() == now.due());
        }
        case Items.DELIVERY, Items.RECORDING -> {
          boolean delivery = state.items.kind(item) == Items.DELIVERY;
          found(delivery ? Place.IN_DELIVERY : Place.UNRECORDED, attempt);
          still |=
              waitsLong
                  && (before == null
                      || before.deliveries().equals(now.deliveries())
                      || before.deliveries().next() == now.deliveries().next()
                          && now.deliveries().next() == state.items.offset(item));
        }
        case Items.OUTCOME -> {
          outcomeUnread = true;
          // "still open" and the outcome that followed it are one attempt, and one place; an
          // attempt that the scheduler's own word has ended is in none.
          if (attempt != lastOutcome && attempt > annulledThrough) {
            found(Place.OUTCOME_UNREAD, attempt);
          }
          lastOutcome = attempt;
          still |= waitsLong && (before == null || before.outcomes() == now.outcomes());
        }
        default -> outcomeUnread = true;
      }
    }
  }

  private void found(Place place, int attempt) {
    places |= 1 << place.ordinal();
    moving++;
    movingAttempt = attempt;
  }

  private void ended(int recipient, @Nullable ScheduleState entry, Positions now) {
    places = 0;
    if (outcomeUnread) {
      return; // the scheduler does not know yet
    }
    if (entry == ScheduleState.WAITING
        || entry == ScheduleState.OPEN
        || entry == ScheduleState.ENTRY_HELD
        || entry == ScheduleState.WATCHED) {
      problem = Problem.SCHEDULED_AFTER_END;
    } else if (result != RecipientState.DELIVERED && all.is(recipient, Recipients.WANTS_NOTICE)) {
      // A cancellation, by a person or by the limit of a hold, is a failure to the sender.
      notice(recipient, all.notice[recipient] - 1, now);
    }
  }

  private void notice(int recipient, int notice, Positions now) {
    if (notice < 0) {
      // Without a notice asked for, only an administrator's cancel may leave the sender without.
      if (!all.is(recipient, Recipients.CANCELLED) || !all.is(recipient, Recipients.NOT_NOTIFIED)) {
        problem = Problem.NO_NOTICE;
      }
    } else if (state.notices.offset(notice) < now.notices()
        && !all.is(recipient, Recipients.NOT_NOTIFIED)) {
      IdTable dsns = state.notices.ids;
      if (state.messages.ids.find(dsns, notice) < 0 && state.newDsns.find(dsns, notice) < 0) {
        problem = Problem.NO_DSN;
      }
    }
  }

  private void pending(@Nullable ScheduleState entry, int retry, long nowMillis) {
    boolean scheduled = true;
    Place place = Place.WAITING;
    switch (entry) {
      case WAITING -> place = Place.WAITING;
      case ENTRY_HELD -> place = Place.HELD;
      case WATCHED -> place = Place.WATCHED;
      case OPEN -> {
        open(retry);
        return;
      }
      case null, default -> scheduled = false;
    }
    if (!scheduled) {
      problem =
          moving == 0
              ? Problem.NOWHERE
              : moving > 1 ? Problem.TWICE : still ? Problem.STANDING_STILL : Problem.NONE;
      return;
    }
    places |= 1 << place.ordinal();
    long due = state.retries.due[retry];
    if (moving > 0) {
      problem = Problem.TWICE;
    } else if (due > 0 && nowMillis - due > stuckMillis) {
      problem = Problem.OVERDUE;
    }
  }

  // An entry open(n) and attempt n's counterpart are one place. An outcome of attempt 0 is the
  // decider's about a record that it could not read.
  private void open(int retry) {
    int attempt = state.retries.attempt[retry];
    if (moving == 0) {
      places |= 1 << Place.OPEN.ordinal();
      problem = Problem.OPEN_ALONE;
    } else if (moving > 1 || movingAttempt != attempt && movingAttempt != 0) {
      places |= 1 << Place.OPEN.ordinal();
      problem = Problem.TWICE;
    } else if (still) {
      problem = Problem.STANDING_STILL;
    }
  }
}
