package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How far reading is behind the time, as the metric says it. */
class OutcomesProgressTest {
  private final OutcomesProgress read = new OutcomesProgress();

  @Test
  void thePartitionThatIsFurthestBehindCounts() {
    assertThat(read.behindMillis(5_000)).as("no partition").isZero();
    OutcomesProgress.Task one = read.begin(1, 1_000);
    OutcomesProgress.Task two = read.begin(2, 1_000);
    assertThat(read.behindMillis(5_000)).as("nothing is known yet").isEqualTo(4_000);
    one.progress().read(10);
    one.progress().end(4_500, 10);
    two.progress().read(7);
    two.progress().end(4_500, 10);
    assertThat(read.behindMillis(5_000)).as("three are unread").isEqualTo(4_000);
    two.progress().read(10);
    assertThat(read.behindMillis(5_000)).isEqualTo(500);
  }

  @Test
  void aTaskThatEndsTakesNothingFromItsSuccessor() {
    OutcomesProgress.Task before = read.begin(1, 1_000);
    OutcomesProgress.Task after = read.begin(1, 2_000);
    read.end(1, before);
    assertThat(read.tasks()).containsEntry(1, after);
    read.end(1, after);
    assertThat(read.tasks()).isEmpty();
  }
}
