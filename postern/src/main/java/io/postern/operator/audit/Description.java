package io.postern.operator.audit;

import io.postern.contracts.v1.ScheduleState;
import java.time.Instant;

/** Facts about one recipient, in words: offsets, positions, the schedule's entry. */
final class Description {
  private final PartitionState state;

  Description(PartitionState state) {
    this.state = state;
  }

  String of(int recipient, Examination examination, Positions now) {
    StringBuilder text = new StringBuilder();
    if (!examination.places().isEmpty()) {
      text.append("found");
      examination.places().forEach(place -> text.append(' ').append(place.words()).append(','));
      text.append(' ');
    }
    if (examination.problem == Problem.NO_NOTICE) {
      text.append("no notice was requested; ");
    } else if (examination.problem == Problem.NO_DSN) {
      text.append(dsn(recipient));
    }
    text.append(
        "mail.accepted-%d offset %d (decider at %d), "
            .formatted(
                state.partition,
                state.messages.offset(state.messages.of(recipient)),
                now.accepted()));
    long delivery = state.recipients.deliveryOffset[recipient];
    if (delivery < 0) {
      text.append("no delivery, ");
    } else {
      text.append(
          "delivery %d at offset %d (delivery at %d), "
              .formatted(
                  state.recipients.deliveryAttempt[recipient], delivery, now.deliveries().next()));
    }
    items(text, recipient, now);
    long outcome = state.recipients.outcomeOffset[recipient];
    if (outcome < 0) {
      text.append("no outcome, ");
    } else {
      text.append(
          "last outcome at offset %d (scheduler at %d), ".formatted(outcome, now.outcomes()));
    }
    int retry = state.recipients.retry[recipient];
    ScheduleState entry = retry == 0 ? null : ScheduleState.forNumber(state.retries.state[retry]);
    if (entry == null || entry == ScheduleState.SCHEDULE_STATE_UNSPECIFIED) {
      text.append("no entry in the schedule");
    } else {
      text.append(
          "schedule %s attempt %d due %s"
              .formatted(
                  entry,
                  state.retries.attempt[retry],
                  Instant.ofEpochMilli(state.retries.due[retry])));
    }
    return text.toString();
  }

  private void items(StringBuilder text, int recipient, Positions now) {
    int shown = 0;
    for (int item = state.recipients.items[recipient];
        item != 0 && shown < 5;
        item = state.items.next(item)) {
      if (!state.items.consumed(item, now) && state.items.kind(item) == Items.DUE) {
        text.append(
            "due %d at offset %d (decider at %d), "
                .formatted(state.items.attempt(item), state.items.offset(item), now.due()));
        shown++;
      }
    }
  }

  private String dsn(int recipient) {
    int notice = state.recipients.notice[recipient] - 1;
    return "the notice at mail.notices offset "
        + state.notices.offset(notice)
        + " was processed, and its DSN "
        + state.notices.ids.text(state.partition, notice)
        + " is not in mail.accepted; ";
  }
}
