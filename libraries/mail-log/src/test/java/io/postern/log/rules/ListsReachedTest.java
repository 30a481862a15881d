package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListsReachedTest {
  private final ListsReached lists = new ListsReached();

  @Test
  void aDirectoryIsShownWhenTheListsAreReadUpToItsLastStep() {
    assertThat(lists.reached(0, -1, 1)).as("no list has moved mail").isTrue();
    assertThat(lists.reached(7, 6, 2)).isFalse();
    assertThat(lists.reached(7, 7, 3)).isTrue();
    assertThat(lists.reached(9, 8, 4)).as("the next step").isFalse();
  }

  @Test
  void listsBeyondAnEndThatWasAskedForBehindTheirObjectAreLost() {
    assertThat(lists.lost(5)).as("nothing is missing").isFalse();
    assertThat(lists.reached(7, 3, 10)).isFalse();
    assertThat(lists.lost(9)).as("asked for before: they may have been written since").isFalse();
    assertThat(lists.lost(11)).isTrue();

    assertThat(lists.reached(7, 3, 12)).as("nobody waits for them").isTrue();
    assertThat(lists.lost(13)).as("said once").isFalse();
    assertThat(lists.reached(5, 4, 14)).as("a step in the topic that was made anew").isFalse();
    assertThat(lists.reached(5, 5, 15)).isTrue();
  }
}
