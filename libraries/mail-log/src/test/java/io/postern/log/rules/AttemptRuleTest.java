package io.postern.log.rules;

import static io.postern.log.rules.AttemptRule.Entry.CLOSED;
import static io.postern.log.rules.AttemptRule.Entry.NONE;
import static io.postern.log.rules.AttemptRule.Entry.OPEN;
import static io.postern.log.rules.AttemptRule.Entry.WATCHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Owner;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AttemptRuleTest {
  private static final Owner WATCHING = new Owner(0, 3, 1);
  private static final Owner OTHER = new Owner(0, 4, 1);

  static Arguments[] table() {
    return new Arguments[] {
      // entry, its attempt, the outcome's attempt, by, after still open, expected
      Arguments.of(NONE, 0, 1, OTHER, false, true),
      Arguments.of(NONE, 0, 0, OTHER, false, true), // of a Decision that knows no attempt
      Arguments.of(NONE, 0, 1, OTHER, true, false), // finding no state, it creates none
      Arguments.of(NONE, 0, 2, OTHER, false, false),
      Arguments.of(OPEN, 3, 3, OTHER, false, true),
      Arguments.of(OPEN, 3, 2, OTHER, false, false),
      Arguments.of(OPEN, 3, 4, OTHER, false, false),
      Arguments.of(OPEN, 3, 3, OTHER, true, false), // its "still open" did not count
      Arguments.of(WATCHED, 3, 3, WATCHING, true, true),
      Arguments.of(WATCHED, 3, 3, OTHER, true, false),
      Arguments.of(WATCHED, 3, 3, WATCHING, false, false),
      Arguments.of(WATCHED, 3, 2, WATCHING, true, false),
      Arguments.of(CLOSED, 3, 3, OTHER, false, false),
      Arguments.of(CLOSED, 3, 3, WATCHING, true, false),
      Arguments.of(CLOSED, 3, 4, OTHER, false, false),
    };
  }

  @ParameterizedTest
  @MethodSource("table")
  void onlyTheOpenAttemptsOutcomeClosesIt(
      AttemptRule.Entry entry,
      int entryAttempt,
      int attempt,
      Owner by,
      boolean afterStillOpen,
      boolean expected) {
    assertThat(
            AttemptRule.isOfOpenAttempt(entry, entryAttempt, WATCHING, attempt, by, afterStillOpen))
        .isEqualTo(expected);
  }
}
