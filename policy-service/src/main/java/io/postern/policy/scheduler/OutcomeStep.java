package io.postern.policy.scheduler;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an outcome of delivery or decider means for its recipients: only the open attempt's outcome,
 * or <em>delivered</em> of any attempt, closes a recipient (DESIGN §8, log-mechanics §4, §5). A
 * pure step: all it does is staged. Any thread.
 */
final class OutcomeStep {
  private static final long DEFAULT_LIFETIME = Duration.ofDays(1).toMillis();

  private final ScheduleTimes times;
  private final Transitions transitions;
  private final Remembered remembered;

  OutcomeStep(ScheduleTimes times, Transitions transitions, Remembered remembered) {
    this.times = times;
    this.transitions = transitions;
    this.remembered = remembered;
  }

  /**
   * @param offset of the outcome
   * @throws Unprocessable for what nobody of us writes
   */
  void apply(Changes changes, OutcomeRecorded outcome, long offset) {
    QueueId queueId = QueueId.parse(outcome.getQueueId());
    if (outcome.getMovedContentCount() > 0) {
      moved(changes, queueId, outcome.getMovedContentList());
    }
    if (outcome.getRecipientsCount() == 0 && outcome.getWriter() == OutcomeWriter.WRITER_DECIDER) {
      nameless(changes, queueId, outcome.getAttempt(), offset);
      return;
    }
    Set<Integer> seen = new HashSet<>();
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      if (recipient.getKind() != OutcomeKind.MOVED && seen.add(recipient.getRecipient())) {
        EntryKey key = new EntryKey(queueId, recipient.getRecipient());
        recipient(changes, key, outcome, recipient, offset);
      }
    }
  }

  /**
   * The decider could not decide what was due, nor say for whom (attempt 0: nor which attempt).
   * Those that are open may wait for it for ever, so they are held; <em>delivered</em> still closes
   * them.
   */
  private void nameless(Changes changes, QueueId queueId, int attempt, long offset) {
    changes
        .ofMessage(queueId)
        .forEach(
            (key, entry) -> {
              if (entry.getState() == ScheduleState.OPEN
                  && (attempt == 0 || entry.getAttempt() == attempt)) {
                remembered.undecidable(changes, key, entry.toBuilder().setOutcomeOffset(offset));
              }
            });
  }

  private void recipient(
      Changes changes, EntryKey key, OutcomeRecorded outcome, RecipientOutcome recipient, long at) {
    ScheduleEntry entry = changes.entry(key);
    boolean delivered = recipient.getKind() == OutcomeKind.DELIVERED;
    if (entry == null || entry.getState() == ScheduleState.REMEMBERED) {
      ScheduleEntry.Builder first = first(changes, key, entry, outcome);
      if (outcome.getAttempt() <= 1 && !outcome.getAfterStillOpen() && !outcome.getLate()) {
        close(changes, key, first, outcome, recipient, at);
      } else if (delivered) {
        delivered(changes, key, first.setOutcomeOffset(at), outcome, recipient, true);
      } // Finding no state, it creates none.
      return;
    }
    if (entry.getState() == ScheduleState.DELIVERED_MARK) {
      return;
    }
    boolean open =
        (entry.getState() == ScheduleState.OPEN && !outcome.getAfterStillOpen()
                || entry.getState() == ScheduleState.WATCHED)
            && entry.getAttempt() == outcome.getAttempt();
    if (open && !(delivered && outcome.getLate())) {
      close(changes, key, entry.toBuilder(), outcome, recipient, at);
    } else if (delivered) {
      delivered(changes, key, entry.toBuilder().setOutcomeOffset(at), outcome, recipient, true);
    }
  }

  private void close(
      Changes changes,
      EntryKey key,
      ScheduleEntry.Builder entry,
      OutcomeRecorded outcome,
      RecipientOutcome recipient,
      long at) {
    boolean watched = entry.getState() == ScheduleState.WATCHED;
    known(entry, outcome);
    entry.setAttempt(Math.max(1, outcome.getAttempt())).setOutcomeOffset(at);
    switch (recipient.getKind()) {
      case DELIVERED -> delivered(changes, key, entry, outcome, recipient, false);
      case DEFERRED -> {
        deferred(changes, key, entry, outcome, recipient);
        remembered.obey(changes, key, entry, outcome.getNotBeforeMillis());
      }
      case FAILED -> {
        Remembered.answer(changes, key, entry, Answers.ALREADY_FAILED);
        changes
            .outbox()
            .notice(
                key,
                entry.build(),
                NoticeKind.NOTICE_FAILED,
                cause("failed", outcome),
                recipient,
                outcome.getAtMillis());
        changes.remove(key);
      }
      case HELD -> {
        transitions.hold(changes, key, entry, recipient.getReason());
        remembered.obey(changes, key, entry, 0);
      }
      case STILL_OPEN -> {
        if (!watched) {
          entry
              .setState(ScheduleState.WATCHED)
              .setDueMillis(changes.now() + times.watch().toMillis());
          changes.put(key, entry.build());
        }
      }
      case EXPIRED_OUTCOME, RELEASED, CANCELLED, MOVED, OUTCOME_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new Unprocessable("an outcome of kind " + recipient.getKindValue());
    }
  }

  /** The entry that a first attempt's outcome begins; a control that came before is in it. */
  private static ScheduleEntry.Builder first(
      Changes changes, EntryKey key, @Nullable ScheduleEntry before, OutcomeRecorded outcome) {
    ScheduleEntry.Builder entry =
        ScheduleEntry.newBuilder()
            .setAcceptedOffset(outcome.getAcceptedOffset())
            .setAcceptedMillis(outcome.getAcceptedMillis())
            .setOrganization(outcome.getOrganization());
    if (before != null) { // it was combined with that of all, see ControlStep
      return entry.setRemembered(before.getRemembered()).setRememberedBy(before.getRememberedBy());
    }
    MessageControl ofAll = changes.ofAll(key.queueId());
    if (ofAll != null) {
      entry.setRemembered(ofAll.getKind()).setRememberedBy(ofAll.getControlId());
    }
    return entry;
  }

  private static void known(ScheduleEntry.Builder entry, OutcomeRecorded outcome) {
    if (outcome.hasRequirement()) {
      // It has been tried over this: from now on this is the promise, and what it was released from
      // before no longer lowers it (G3).
      entry
          .setRequirement(outcome.getRequirement())
          .setConnector(outcome.getConnector())
          .clearReleasedReason();
    }
    if (!outcome.getRoute().isEmpty()) {
      entry.setRoute(Transitions.route(outcome.getRoute()));
    }
    if (!outcome.getOrganization().isEmpty()) {
      entry.setOrganization(outcome.getOrganization());
    }
    long expires = outcome.getExpiresMillis();
    // Once held, expiry has been put off, which the outcome does not know.
    if (expires > 0 && (!entry.getKeepAsked() || expires > entry.getExpiresMillis())) {
      entry.setExpiresMillis(expires);
    } else if (entry.getExpiresMillis() == 0) {
      long accepted =
          entry.getAcceptedMillis() > 0
              ? entry.getAcceptedMillis()
              : QueueId.parse(outcome.getQueueId()).createdMillis();
      entry.setExpiresMillis(accepted + DEFAULT_LIFETIME);
    }
  }

  private void deferred(
      Changes changes,
      EntryKey key,
      ScheduleEntry.Builder entry,
      OutcomeRecorded outcome,
      RecipientOutcome recipient) {
    long next;
    if (outcome.getNoAttempt()) {
      entry.setHandBacks(entry.getHandBacks() + 1);
      next =
          Math.max(
              outcome.getNotBeforeMillis(),
              changes.now() + times.handBackMillis(entry.getHandBacks()));
    } else {
      entry.setHandBacks(0).setTries(entry.getTries() + 1);
      next =
          changes.now()
              + times.untilNextMillis(
                  key.queueId(), entry.getAttempt(), entry.getTries(), recipient.getReason());
    }
    entry
        .setState(ScheduleState.WAITING)
        .setReason(Transitions.bounded(recipient.getReason()))
        .setDueMillis(Math.min(next, entry.getExpiresMillis()));
    changes.put(key, entry.build());
  }

  /**
   * @param given whether it was given up, or tried again: then a mark stays until expiry, so that
   *     no other outcome of the attempt begins anew
   */
  private static void delivered(
      Changes changes,
      EntryKey key,
      ScheduleEntry.Builder entry,
      OutcomeRecorded outcome,
      RecipientOutcome recipient,
      boolean given) {
    Remembered.answer(changes, key, entry, Answers.ALREADY_DELIVERED);
    if (recipient.getRelayed()) {
      known(entry, outcome);
      changes
          .outbox()
          .notice(
              key,
              entry.build(),
              NoticeKind.NOTICE_RELAYED,
              cause("relayed", outcome),
              recipient,
              outcome.getAtMillis());
    }
    if (given) {
      long expires = Math.max(entry.getExpiresMillis(), outcome.getExpiresMillis());
      changes.put(
          key,
          ScheduleEntry.newBuilder()
              .setState(ScheduleState.DELIVERED_MARK)
              .setAcceptedOffset(entry.getAcceptedOffset())
              .setAcceptedMillis(entry.getAcceptedMillis())
              .setAttempt(outcome.getAttempt())
              .setOrganization(entry.getOrganization())
              .setOutcomeOffset(entry.getOutcomeOffset())
              .setExpiresMillis(expires)
              .setDueMillis(Math.max(expires, changes.now() + DEFAULT_LIFETIME))
              .build());
    } else {
      changes.remove(key);
    }
  }

  /** The copy of a held message's content: where attempts read it from now on. */
  private static void moved(Changes changes, QueueId queueId, List<ContentSegment> content) {
    List<ContentReference> references =
        content.stream()
            .filter(ContentSegment::hasReference)
            .map(ContentSegment::getReference)
            .toList();
    if (references.size() != 1
        || !references.getFirst().getTopic().equals(Topics.MAIL_CONTENT_HELD)
        || references.getFirst().getPartition() != queueId.partition()) {
      throw new Unprocessable("a copy of the content is inline segments and one reference");
    }
    // What is known anyway is not kept with each recipient.
    ContentReference kept =
        references.getFirst().toBuilder().clearChunkSteps().clearTopic().clearPartition().build();
    changes
        .ofMessage(queueId)
        .forEach(
            (key, entry) -> {
              if (entry.getKeepAsked()) {
                changes.put(key, entry.toBuilder().setKept(kept).build());
              }
            });
  }

  /** Of one outcome, within the message; what it is of stands behind it, see {@link Outbox}. */
  private static String cause(String what, OutcomeRecorded outcome) {
    int attempt = Math.max(1, outcome.getAttempt());
    String still = outcome.getAfterStillOpen() ? "/after-still-open" : "";
    if (!outcome.getDeliveryId().isEmpty()) {
      return what + "/" + attempt + "/" + group(outcome.getDeliveryId()) + still;
    }
    return what + "/" + attempt + "/decided" + still;
  }

  private static int group(String deliveryId) {
    try {
      return DeliveryId.parse(deliveryId).group();
    } catch (IllegalArgumentException e) {
      throw new Unprocessable("a delivery id that is none");
    }
  }

  /** All that can be done for recipients of an outcome that cannot be understood. */
  void undecidable(Changes changes, OutcomeRecorded outcome, long offset) {
    QueueId queueId = QueueId.parse(outcome.getQueueId());
    Set<Integer> seen = new HashSet<>();
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      int index = recipient.getRecipient();
      if (index < 0 || !seen.add(index)) {
        continue;
      }
      EntryKey key = new EntryKey(queueId, index);
      ScheduleEntry entry = changes.entry(key);
      boolean none = entry == null || entry.getState() == ScheduleState.REMEMBERED;
      boolean open =
          entry != null
              && (entry.getState() == ScheduleState.OPEN
                  || entry.getState() == ScheduleState.WATCHED);
      if (!open && !(none && outcome.getAttempt() <= 1)) {
        continue; // it would not have closed it
      }
      ScheduleEntry.Builder held =
          none ? first(changes, key, entry, outcome) : ScheduleEntry.newBuilder(entry);
      known(held, outcome);
      held.setAttempt(Math.max(1, held.getAttempt())).setOutcomeOffset(offset);
      remembered.undecidable(changes, key, held);
    }
  }
}
