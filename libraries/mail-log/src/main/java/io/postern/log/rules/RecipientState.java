package io.postern.log.rules;

import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import java.util.Collection;
import java.util.List;

/** One recipient's part of an outcome. */
public record RecipientState(int recipient, OutcomeKind kind) {
  /** The same kind for all of these recipients. */
  public static List<RecipientState> all(Collection<Integer> recipients, OutcomeKind kind) {
    return recipients.stream().map(r -> new RecipientState(r, kind)).toList();
  }

  /** The parts of a record; one without recipients is a part of {@link AttemptKey#NO_RECIPIENT}. */
  public static List<RecipientState> of(OutcomeRecorded outcome) {
    return outcome.getRecipientsCount() == 0
        ? List.of(new RecipientState(AttemptKey.NO_RECIPIENT, OutcomeKind.HELD))
        : outcome.getRecipientsList().stream()
            .map(r -> new RecipientState(r.getRecipient(), r.getKind()))
            .toList();
  }
}
