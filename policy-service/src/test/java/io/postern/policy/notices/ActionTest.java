package io.postern.policy.notices;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.NoticeKind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 3461 §4.1: the actions that NOTIFY asks for. */
class ActionTest {
  @ParameterizedTest(name = "NOTIFY={0}: failed {1}, delayed {2}, relayed {3}")
  @CsvSource({
    "'', true, true, false",
    "NEVER, false, false, false",
    "FAILURE, true, false, false",
    "DELAY, false, true, false",
    "SUCCESS, false, false, true",
    "'SUCCESS,FAILURE', true, false, true",
    "'FAILURE,DELAY', true, true, false",
    "'SUCCESS,FAILURE,DELAY', true, true, true",
  })
  void notifyDecidesWhatIsTold(String notify, boolean failed, boolean delayed, boolean relayed) {
    List<String> values = notify.isEmpty() ? List.of() : List.of(notify.split(","));
    assertThat(Action.FAILED.wanted(values)).isEqualTo(failed);
    assertThat(Action.DELAYED.wanted(values)).isEqualTo(delayed);
    assertThat(Action.RELAYED.wanted(values)).isEqualTo(relayed);
  }

  @Test
  void aContentToKeepAndAKindOfANewerVersionAreNoDsn() {
    assertThat(Action.of(NoticeKind.KEEP_CONTENT)).isNull();
    assertThat(Action.of(NoticeKind.UNRECOGNIZED)).isNull();
    assertThat(Action.of(NoticeKind.NOTICE_FAILED)).isEqualTo(Action.FAILED);
  }
}
