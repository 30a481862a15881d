package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FirstMarkTest {
  private final FirstMark mark = new FirstMark();

  @Test
  void itIsWhatTheFirstDecisionContinues() {
    mark.read(7, 4);
    mark.read(8, 7);
    assertThat(mark.before(8)).isEqualTo(4);
  }

  @Test
  void whereNoDecisionIsLeftAllIsDecided() {
    assertThat(mark.before(12)).isEqualTo(12);
    assertThat(mark.before(-1)).isEqualTo(-1);
  }

  @Test
  void replaysAtTheStartAreBehindIt() {
    mark.read(3, 2); // of a decider that was replaced: 3 to 6 were decided before the log's start
    mark.read(4, 3);
    mark.read(7, 6);
    mark.read(8, 7);
    assertThat(mark.before(8)).isEqualTo(6);
  }

  @Test
  void whatStandsBehindAGapIsNotBelieved() {
    mark.read(7, 6);
    mark.read(9, 8); // 8 is missing, and comes again
    mark.read(10, 9);
    assertThat(mark.before(7)).isEqualTo(6);
    mark.read(8, 7);
    mark.read(9, 8);
    mark.read(10, 9);
    mark.read(11, 10);
    assertThat(mark.before(11)).isEqualTo(6);
  }

  @Test
  void aDeciderThatIsFurtherThanTheLogIsAContradiction() {
    mark.read(7, 6);
    assertThatThrownBy(() -> mark.before(8)).isInstanceOf(IllegalStateException.class);
  }
}
