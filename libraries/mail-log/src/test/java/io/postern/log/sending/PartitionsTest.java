package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Time is what the test says it is. */
class PartitionsTest {
  private static final long MS = Duration.ofMillis(1).toNanos();
  private static final int MB = 1_000_000;

  @Test
  void theSamePartitionForAHundredMilliseconds() {
    Partitions partitions = new Partitions(4, 0);
    int first = partitions.choose(0);
    assertThat(partitions.choose(99 * MS)).isEqualTo(first);
    assertThat(partitions.choose(100 * MS)).isNotEqualTo(first);
  }

  @Test
  void theSamePartitionForAMegabyte() {
    Partitions partitions = new Partitions(4, 0);
    int first = partitions.choose(0);
    partitions.sent(first, MB - 1, 0);
    partitions.answered(first, MB - 1, 1);
    assertThat(partitions.choose(1)).isEqualTo(first);
    partitions.sent(first, 1, 1);
    assertThat(partitions.choose(2)).isNotEqualTo(first);
  }

  @Test
  void aLogThatGrowsIsUsedWholeAndWhatIsOnItsWayStillCounts() {
    Partitions partitions = new Partitions(2, 0);
    int full = partitions.choose(0);
    partitions.sent(full, 2 * MB, 0);

    partitions.grow(5);
    partitions.grow(3); // an answer that is older than the one before

    Set<Integer> chosen = new HashSet<>();
    for (int i = 1; i <= 8; i++) {
      chosen.add(partitions.choose(i * 100L * MS));
    }
    assertThat(chosen).hasSize(4).contains(4).doesNotContain(full);
  }

  @Test
  void aPartitionWhoseAcknowledgementIsOverdueIsAvoided() {
    Partitions partitions = new Partitions(3, 0);
    int stuck = partitions.choose(0);
    partitions.sent(stuck, 10, 0);
    Set<Integer> chosen = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      chosen.add(partitions.choose((1_100 + 105L * i) * MS));
    }
    assertThat(chosen).hasSize(2).doesNotContain(stuck);
    partitions.answered(stuck, 10, 4_000 * MS);
    for (int i = 0; i < 4; i++) {
      chosen.add(partitions.choose((4_000 + 105L * i) * MS));
    }
    assertThat(chosen).contains(stuck);
  }

  @Test
  void aPartitionWithMoreThanAMegabyteUnacknowledgedIsLeftAndAvoided() {
    Partitions partitions = new Partitions(3, 0);
    int full = partitions.choose(0);
    partitions.sent(full, MB / 2, 0);
    // What was sent by messages that began there before counts as well.
    int next = partitions.choose(100 * MS);
    partitions.sent(full, MB / 2 + 1, 100 * MS);
    Set<Integer> chosen = new HashSet<>();
    for (int i = 1; i < 8; i++) {
      chosen.add(partitions.choose((100 + 105L * i) * MS));
    }
    assertThat(chosen).hasSize(2).contains(next).doesNotContain(full);
    partitions.answered(full, MB / 2, 900 * MS);
    for (int i = 0; i < 4; i++) {
      chosen.add(partitions.choose((900 + 105L * i) * MS));
    }
    assertThat(chosen).contains(full);
  }

  @Test
  void whenAllAreFullTheOneWithTheLeastIsChosenOfThoseThatAnswer() {
    Partitions partitions = new Partitions(3, 0);
    partitions.sent(0, 3 * MB, 0);
    partitions.sent(1, 2 * MB, 990 * MS);
    partitions.sent(2, 4 * MB, 990 * MS);
    assertThat(partitions.choose(1_100 * MS)).isEqualTo(1);
    assertThat(partitions.choose(5_000 * MS)).isBetween(0, 2); // all overdue
  }

  @Test
  void whateverHappensAPartitionIsLeftForAReasonAndABetterOneIsTaken() {
    for (int seed = 0; seed < 300; seed++) {
      new Course(new Random(seed)).play();
    }
  }

  /** Sends, answers in order and waits at random, with the rule told a second time. */
  private static final class Course {
    private final Random random;
    private final int count;
    private final Partitions partitions;
    private final List<ArrayDeque<Integer>> open = new ArrayList<>();
    private final long[] progress;
    private long now;

    Course(Random random) {
      this.random = random;
      this.count = 1 + random.nextInt(6);
      this.partitions = new Partitions(count, 0);
      this.progress = new long[count];
      IntStream.range(0, count).forEach(_ -> open.add(new ArrayDeque<>()));
    }

    void play() {
      int current = partitions.choose(now);
      long since = now;
      long sent = 0;
      for (int step = 0; step < 400; step++) {
        now += (long) (Math.pow(random.nextDouble(), 6) * 1_500 * MS);
        int any = random.nextInt(3) == 0 ? random.nextInt(count) : current;
        if (random.nextBoolean()) {
          sent += send(any) && any == current ? open.get(any).getLast() : 0;
        } else {
          answer(any);
        }
        boolean mayStay = sent < MB && now - since < 100 * MS && free(current);
        int chosen = partitions.choose(now);
        if (mayStay) {
          assertThat(chosen).isEqualTo(current);
        } else {
          int left = current;
          if (IntStream.range(0, count).anyMatch(this::free)) {
            assertThat(free(chosen)).isTrue();
            if (IntStream.range(0, count).anyMatch(p -> p != left && free(p))) {
              assertThat(chosen).isNotEqualTo(left);
            }
          } else if (IntStream.range(0, count).anyMatch(p -> !overdue(p))) {
            assertThat(overdue(chosen)).isFalse();
          }
          current = chosen;
          since = now;
          sent = 0;
        }
      }
    }

    private boolean send(int partition) {
      int size = 1 + (int) (Math.pow(random.nextDouble(), 4) * MB);
      partitions.sent(partition, size, now);
      if (open.get(partition).isEmpty()) {
        progress[partition] = now;
      }
      return open.get(partition).add(size);
    }

    private void answer(int partition) {
      Integer size = open.get(partition).poll();
      if (size != null) {
        partitions.answered(partition, size, now);
        progress[partition] = now;
      }
    }

    private boolean free(int partition) {
      return open.get(partition).stream().mapToLong(size -> size).sum() <= MB
          && !overdue(partition);
    }

    private boolean overdue(int partition) {
      return !open.get(partition).isEmpty() && now - progress[partition] > 1_000 * MS;
    }
  }
}
