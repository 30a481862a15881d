package io.postern.policy.scheduler;

import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The step of an administrator's control: hold, release, retry now, cancel of a message's
 * recipients, retry now of a route (docs/design/architecture.md, "Time"). While an attempt is open
 * the scheduler remembers the control, and obeys at the outcome; so it does where there is no
 * entry, since the first attempt may be open. Each recipient has an answer, see {@link Answers}. A
 * pure step: all changes are staged. Any thread.
 */
final class ControlStep {
  private final Transitions transitions;

  ControlStep(Transitions transitions) {
    this.transitions = transitions;
  }

  /**
   * @throws UnprocessableException for a control that no version of ours writes
   */
  void apply(Changes changes, MessageControl control) {
    if (!control.getRoute().isEmpty()) {
      flush(changes, control);
      return;
    }
    switch (control.getKind()) {
      case HOLD, RELEASE, RETRY_NOW, CANCEL -> {}
      case CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnprocessableException("a control of kind " + control.getKindValue());
    }
    QueueId queueId = QueueId.parse(control.getQueueId());
    Map<EntryKey, @Nullable ScheduleEntry> recipients = new LinkedHashMap<>();
    for (int recipient : control.getRecipientsList()) {
      EntryKey key = new EntryKey(queueId, recipient);
      recipients.put(key, changes.entry(key));
    }
    if (control.getRecipientsCount() == 0) {
      recipients.putAll(changes.ofMessage(queueId));
      if (control.getOrganization().isEmpty()) {
        all(changes, queueId, control, recipients.isEmpty());
      } else if (recipients.isEmpty()) {
        unknownOrganization(changes, queueId, Answers.NO_RECIPIENT, control);
      }
    }
    recipients.forEach((key, entry) -> recipient(changes, key, entry, control));
  }

  private static void flush(Changes changes, MessageControl control) {
    if (control.getKind() != ControlKind.RETRY_NOW) {
      throw new UnprocessableException("a route can only be flushed");
    }
    String route = Transitions.route(control.getRoute());
    MessageControl mark = control.toBuilder().setRoute(route).setAtMillis(changes.now()).build();
    if (changes.marks().tooManyFlushes(mark)) {
      throw new UnprocessableException("too many flushes are in progress");
    }
    changes.later(() -> changes.marks().flush(mark));
  }

  /**
   * A control of all recipients, for those whose first attempt is open: their number is unknown.
   */
  private static void all(
      Changes changes, QueueId queueId, MessageControl control, boolean noEntry) {
    MessageControl before = changes.ofAll(queueId);
    ControlKind kind =
        combined(
            before == null ? ControlKind.CONTROL_KIND_UNSPECIFIED : before.getKind(),
            control.getKind());
    if (kind == ControlKind.CONTROL_KIND_UNSPECIFIED) {
      changes.later(() -> changes.marks().all(queueId, null));
    } else if (before == null && changes.marks().tooManyOfAll()) {
      // Recipients with an entry get it all the same; the answer says that the others do not.
      changes
          .outbox()
          .outcome(
              queueId, control.getControlId(), Answers.of(Answers.NO_RECIPIENT, Answers.TOO_MANY));
      return;
    } else if (before == null || kind != before.getKind()) {
      MessageControl mark = control.toBuilder().setAtMillis(changes.now()).build();
      changes.later(() -> changes.marks().all(queueId, mark));
    }
    if (noEntry) {
      changes.outbox().seen(queueId, control.getControlId());
    }
  }

  private void recipient(
      Changes changes, EntryKey key, @Nullable ScheduleEntry entry, MessageControl control) {
    String by = control.getControlId();
    boolean limited = !control.getOrganization().isEmpty();
    if (limited && (entry == null || entry.getState() == ScheduleState.REMEMBERED)) {
      unknownOrganization(changes, key.queueId(), key.recipient(), control);
      return;
    }
    if (entry == null) {
      none(changes, key, control);
      return;
    }
    if (limited && !control.getOrganization().equals(entry.getOrganization())) {
      answer(changes, key, entry, by, Answers.OTHER_ORGANIZATION); // G8
      return;
    }
    switch (entry.getState()) {
      case WAITING -> waiting(changes, key, entry, control);
      case ENTRY_HELD -> held(changes, key, entry, control);
      case OPEN, WATCHED, REMEMBERED -> remember(changes, key, entry, control);
      case DELIVERED_MARK -> answer(changes, key, entry, by, Answers.ALREADY_DELIVERED);
      case SCHEDULE_STATE_UNSPECIFIED, UNRECOGNIZED ->
          answer(changes, key, entry, by, Answers.NOT_UNDERSTOOD);
    }
  }

  private void waiting(Changes changes, EntryKey key, ScheduleEntry entry, MessageControl control) {
    String by = control.getControlId();
    switch (control.getKind()) {
      case HOLD -> {
        ScheduleEntry.Builder held = entry.toBuilder();
        transitions.hold(changes, key, held, Reasons.ADMINISTRATOR);
        answer(
            changes,
            key,
            held.build(),
            by,
            Answers.state(key.recipient(), OutcomeKind.HELD, Reasons.ADMINISTRATOR));
      }
      case RETRY_NOW -> {
        changes.put(
            key,
            entry.toBuilder()
                .setDueMillis(Math.min(changes.now(), entry.getExpiresMillis()))
                .setCause(DueCause.DUE_ASKED_FOR)
                .build());
        answer(changes, key, entry, by, Answers.RETRIED);
      }
      case CANCEL -> transitions.cancel(changes, key, entry, !control.getWithoutNotice(), by);
      case RELEASE, CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED ->
          answer(changes, key, entry, by, Answers.NOT_HELD);
    }
  }

  private void held(Changes changes, EntryKey key, ScheduleEntry entry, MessageControl control) {
    String by = control.getControlId();
    switch (control.getKind()) {
      case RELEASE -> transitions.release(changes, key, entry, by);
      case CANCEL -> transitions.cancel(changes, key, entry, !control.getWithoutNotice(), by);
      // Only a release ends a hold.
      case HOLD, RETRY_NOW, CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED ->
          answer(changes, key, entry, by, Answers.ALREADY_HELD);
    }
  }

  /** Whose message it is, is known when its first attempt has ended (G8). */
  private static void unknownOrganization(
      Changes changes, QueueId queueId, int recipient, MessageControl control) {
    changes
        .outbox()
        .outcome(
            queueId, control.getControlId(), Answers.of(recipient, Answers.ORGANIZATION_UNKNOWN));
  }

  /**
   * A control of a recipient without an entry: a first attempt may be under way, and its outcome
   * decides. An earlier control of all recipients is combined with this one as in an entry.
   */
  private static void none(Changes changes, EntryKey key, MessageControl control) {
    MessageControl ofAll = changes.ofAll(key.queueId());
    ScheduleEntry.Builder entry = ScheduleEntry.newBuilder();
    if (ofAll != null) {
      entry
          .setRemembered(ofAll.getKind())
          .setRememberedBy(ofAll.getControlId())
          .setRememberedWithoutNotice(ofAll.getWithoutNotice());
    }
    boolean nothing = combined(entry.getRemembered(), control.getKind()) == entry.getRemembered();
    if (!nothing && changes.tooManyRemembered()) {
      answer(changes, key, entry.build(), control.getControlId(), Answers.TOO_MANY);
      return;
    }
    entry
        .setState(ScheduleState.REMEMBERED)
        .setDueMillis(changes.now() + Topics.LONGEST_LIFETIME.toMillis());
    remember(changes, key, entry.build(), control);
  }

  /** Stages the entry only when there is something new to remember. */
  private static void remember(
      Changes changes, EntryKey key, ScheduleEntry entry, MessageControl control) {
    String by = control.getControlId();
    ControlKind kind = combined(entry.getRemembered(), control.getKind());
    if (kind == entry.getRemembered()) {
      answer(
          changes,
          key,
          entry,
          by,
          control.getKind() == ControlKind.RELEASE ? Answers.NOT_HELD : Answers.REMEMBERED);
      return;
    }
    if (!entry.getRememberedBy().isEmpty()) {
      answer(changes, key, entry, entry.getRememberedBy(), Answers.SUPERSEDED);
    }
    ScheduleEntry.Builder changed =
        entry.toBuilder()
            .setRemembered(kind)
            .setRememberedBy(by)
            .setRememberedWithoutNotice(control.getWithoutNotice());
    if (kind != ControlKind.CONTROL_KIND_UNSPECIFIED) {
      answer(changes, key, entry, by, Answers.REMEMBERED);
      changes.put(key, changed.build());
      return;
    }
    answer(changes, key, entry, by, Answers.TAKEN_BACK);
    changed.clearRememberedBy();
    if (entry.getState() != ScheduleState.REMEMBERED) {
      changes.put(key, changed.build());
    } else if (control.getRecipientsCount() > 0 && changes.ofAll(key.queueId()) != null) {
      // This recipient is exempt from the control of all.
      changes.put(key, changed.setRemembered(ControlKind.RELEASE).build());
    } else {
      changes.remove(key);
    }
  }

  /**
   * A cancel stays, and of two the first; a release takes back a hold; a hold outweighs "retry
   * now".
   */
  static ControlKind combined(ControlKind before, ControlKind now) {
    return switch (now) {
      case CANCEL -> ControlKind.CANCEL;
      case HOLD -> before == ControlKind.CANCEL ? before : ControlKind.HOLD;
      case RETRY_NOW -> before == ControlKind.CANCEL || before == ControlKind.HOLD ? before : now;
      case RELEASE -> before == ControlKind.HOLD ? ControlKind.CONTROL_KIND_UNSPECIFIED : before;
      case CONTROL_KIND_UNSPECIFIED, UNRECOGNIZED -> before;
    };
  }

  private static void answer(
      Changes changes, EntryKey key, ScheduleEntry entry, String controlId, String reason) {
    answer(changes, key, entry, controlId, Answers.of(key.recipient(), reason));
  }

  private static void answer(
      Changes changes,
      EntryKey key,
      ScheduleEntry entry,
      String controlId,
      RecipientOutcome recipient) {
    changes.outbox().outcome(key, entry, controlId, recipient);
  }
}
