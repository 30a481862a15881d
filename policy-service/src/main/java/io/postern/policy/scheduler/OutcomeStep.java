package io.postern.policy.scheduler;

import io.postern.contracts.DeliveryId;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
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

  OutcomeStep(ScheduleTimes times, Transitions transitions) {
    this.times = times;
    this.transitions = transitions;
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
    Set<Integer> seen = new HashSet<>();
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      if (recipient.getKind() != OutcomeKind.MOVED && seen.add(recipient.getRecipient())) {
        EntryKey key = new EntryKey(queueId, recipient.getRecipient());
        recipient(changes, key, outcome, recipient, offset);
      }
    }
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
    entry.setAttempt(Math.max(1, outcome.getAttempt())).setOutcomeOffset(at).clearFlushedMillis();
    switch (recipient.getKind()) {
      case DELIVERED -> delivered(changes, key, entry, outcome, recipient, false);
      case DEFERRED -> {
        deferred(changes, key, entry, outcome, recipient);
        obey(changes, key, entry, outcome.getNotBeforeMillis());
      }
      case FAILED -> {
        answer(changes, key, entry, Answers.ALREADY_FAILED);
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
        obey(changes, key, entry, 0);
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
      Changes changes, EntryKey key, @Nullable ScheduleEntry remembered, OutcomeRecorded outcome) {
    ScheduleEntry.Builder entry =
        ScheduleEntry.newBuilder()
            .setAcceptedOffset(outcome.getAcceptedOffset())
            .setAcceptedMillis(outcome.getAcceptedMillis())
            .setOrganization(outcome.getOrganization());
    if (remembered != null) {
      return entry
          .setRemembered(remembered.getRemembered())
          .setRememberedBy(remembered.getRememberedBy());
    }
    MessageControl ofAll = changes.ofAll(key.queueId());
    if (ofAll != null) {
      entry.setRemembered(ofAll.getKind()).setRememberedBy(ofAll.getControlId());
    }
    return entry;
  }

  private static void known(ScheduleEntry.Builder entry, OutcomeRecorded outcome) {
    if (outcome.hasRequirement()) {
      entry.setRequirement(outcome.getRequirement()).setConnector(outcome.getConnector());
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
    answer(changes, key, entry, Answers.ALREADY_DELIVERED);
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

  /** The control that waited for this outcome. */
  private void obey(
      Changes changes, EntryKey key, ScheduleEntry.Builder entry, long notBeforeMillis) {
    String by = entry.getRememberedBy();
    boolean held = entry.getState() == ScheduleState.ENTRY_HELD;
    switch (entry.getRemembered()) {
      case CANCEL -> {
        entry.clearRemembered().clearRememberedBy();
        transitions.cancel(changes, key, entry.build(), Answers.ADMINISTRATOR, by);
      }
      case HOLD -> {
        if (held) {
          answer(changes, key, entry, Answers.ALREADY_HELD);
          changes.put(key, entry.build());
        } else {
          entry.clearRemembered().clearRememberedBy();
          transitions.hold(changes, key, entry, Answers.ADMINISTRATOR);
          changes
              .outbox()
              .outcome(
                  key,
                  entry.build(),
                  by,
                  Answers.state(key.recipient(), OutcomeKind.HELD, Answers.ADMINISTRATOR));
        }
      }
      case RETRY_NOW -> {
        answer(changes, key, entry, held ? Answers.ALREADY_HELD : Answers.RETRIED);
        if (!held) {
          entry.setDueMillis(
              Math.min(Math.max(changes.now(), notBeforeMillis), entry.getExpiresMillis()));
        }
        changes.put(key, entry.build());
      }
      case RELEASE, CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED -> {
        // Nothing was asked for meanwhile.
      }
    }
  }

  private static void answer(
      Changes changes, EntryKey key, ScheduleEntry.Builder entry, String reason) {
    String by = entry.getRememberedBy();
    entry.clearRemembered().clearRememberedBy();
    if (!by.isEmpty()) {
      changes.outbox().outcome(key, entry.build(), by, Answers.of(key.recipient(), reason));
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

  /** Unique within the message: one delivery has one outcome that fails. */
  private static String cause(String what, OutcomeRecorded outcome) {
    int attempt = Math.max(1, outcome.getAttempt());
    String still = outcome.getAfterStillOpen() ? "/after-still-open" : "";
    if (!outcome.getDeliveryId().isEmpty()) {
      return what + "/" + attempt + "/" + group(outcome.getDeliveryId()) + still;
    }
    // The decider's: told from a delivery's by a letter.
    return what + "/" + attempt + "/r" + outcome.getRecipients(0).getRecipient() + still;
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
      transitions.hold(changes, key, held, Reasons.UNDECIDABLE);
      changes
          .outbox()
          .outcome(
              key, held.build(), "", Answers.state(index, OutcomeKind.HELD, Reasons.UNDECIDABLE));
    }
  }
}
