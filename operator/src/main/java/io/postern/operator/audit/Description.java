package io.postern.operator.audit;

import io.postern.contracts.v1.ScheduleState;

/** What was looked at for one recipient, in words: offsets, positions, the schedule's entry. */
final class Description {
  private final PartitionState state;

  Description(PartitionState state) {
    this.state = state;
  }

  String of(int message, int recipient, Examination examination, Positions now) {
    StringBuilder text = new StringBuilder();
    if (!examination.places().isEmpty()) {
      text.append("found");
      examination.places().forEach(place -> text.append(' ').append(place.words()).append(','));
      text.append(' ');
    }
    if (examination.problem == Problem.NO_NOTICE) {
      text.append("no notice was asked for; ");
    } else if (examination.problem == Problem.NO_DSN) {
      text.append(dsn(recipient));
    }
    text.append("mail.accepted-")
        .append(state.partition)
        .append(" offset ")
        .append(state.messages.offset(message))
        .append(" (decider at ")
        .append(now.accepted())
        .append("), ");
    long delivery = state.recipients.deliveryOffset[recipient];
    if (delivery < 0) {
      text.append("no delivery, ");
    } else {
      text.append("delivery ")
          .append(state.recipients.deliveryAttempt[recipient])
          .append(" at offset ")
          .append(delivery)
          .append(" (delivery at ")
          .append(now.deliveries().next())
          .append("), ");
    }
    items(text, recipient, now);
    long outcome = state.recipients.outcomeOffset[recipient];
    if (outcome < 0) {
      text.append("no outcome, ");
    } else {
      text.append("last outcome at offset ")
          .append(outcome)
          .append(" (scheduler at ")
          .append(now.outcomes())
          .append("), ");
    }
    int later = state.recipients.later[recipient];
    ScheduleState entry = later == 0 ? null : ScheduleState.forNumber(state.later.state[later]);
    if (entry == null || entry == ScheduleState.SCHEDULE_STATE_UNSPECIFIED) {
      text.append("no entry in the schedule");
    } else {
      text.append("schedule ")
          .append(entry)
          .append(" attempt ")
          .append(state.later.attempt[later])
          .append(" due ")
          .append(java.time.Instant.ofEpochMilli(state.later.due[later]));
    }
    return text.toString();
  }

  private void items(StringBuilder text, int recipient, Positions now) {
    int shown = 0;
    for (int item = state.recipients.items[recipient];
        item != 0 && shown < 5;
        item = state.items.next(item)) {
      if (!state.items.consumed(item, now) && state.items.kind(item) == Items.DUE) {
        text.append("due ")
            .append(state.items.attempt(item))
            .append(" at offset ")
            .append(state.items.offset(item))
            .append(" (decider at ")
            .append(now.due())
            .append("), ");
        shown++;
      }
    }
  }

  private String dsn(int recipient) {
    int notice = state.recipients.notice[recipient] - 1;
    return "the notice at mail.notices offset "
        + state.notices.offset(notice)
        + " was taken up, and its DSN "
        + PackedId.text(
            state.partition, state.notices.ids.time(notice), state.notices.ids.random(notice))
        + " is not in mail.accepted; ";
  }
}
