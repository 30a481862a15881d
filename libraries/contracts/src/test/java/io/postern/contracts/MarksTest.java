package io.postern.contracts;

import static io.postern.contracts.v1.DecisionSource.DECISION_SOURCE_UNSPECIFIED;
import static io.postern.contracts.v1.DecisionSource.SOURCE_ACCEPTED;
import static io.postern.contracts.v1.DecisionSource.SOURCE_DUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MarksTest {
  @Test
  void eachSourceHasAMarkOfItsOwn() {
    Marks marks = Marks.NONE.with(SOURCE_ACCEPTED, 4).with(SOURCE_DUE, 9);
    assertThat(marks.of(SOURCE_ACCEPTED)).isEqualTo(4);
    assertThat(marks.of(SOURCE_DUE)).isEqualTo(9);
    assertThat(Marks.NONE).isEqualTo(new Marks(-1, -1));
  }

  @Test
  void aSourceThatIsNotKnownIsRefused() {
    assertThatThrownBy(() -> Marks.NONE.of(DECISION_SOURCE_UNSPECIFIED))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Marks.NONE.with(DECISION_SOURCE_UNSPECIFIED, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
