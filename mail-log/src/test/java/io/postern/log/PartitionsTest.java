package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionsTest {
  private static final long MS = Duration.ofMillis(1).toNanos();

  @Test
  void theSamePartitionForTwentyMilliseconds() {
    Partitions partitions = new Partitions(4, 0);
    int first = partitions.choose(0);
    assertThat(partitions.choose(19 * MS)).isEqualTo(first);
    assertThat(partitions.choose(20 * MS)).isNotEqualTo(first);
  }

  @Test
  void theSamePartitionForABatch() {
    Partitions partitions = new Partitions(4, 0);
    int first = partitions.choose(0);
    partitions.sent(first, 100_000, 0);
    assertThat(partitions.choose(1)).isEqualTo(first);
    partitions.sent(first, 31_072, 1);
    assertThat(partitions.choose(2)).isNotEqualTo(first);
  }

  @Test
  void aPartitionWhoseAcknowledgementIsOverdueIsAvoided() {
    Partitions partitions = new Partitions(3, 0);
    int stuck = partitions.choose(0);
    partitions.sent(stuck, 10, 0);
    Set<Integer> chosen = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      chosen.add(partitions.choose((1_100 + 25L * i) * MS));
    }
    assertThat(chosen).hasSize(2).doesNotContain(stuck);
    partitions.answered(stuck, 2_000 * MS);
    for (int i = 0; i < 4; i++) {
      chosen.add(partitions.choose((2_000 + 25L * i) * MS));
    }
    assertThat(chosen).contains(stuck);
  }

  @Test
  void whenAllAreOverdueOneIsStillChosen() {
    Partitions partitions = new Partitions(2, 0);
    partitions.sent(0, 1, 0);
    partitions.sent(1, 1, 0);
    assertThat(partitions.choose(5_000 * MS)).isBetween(0, 1);
  }
}
