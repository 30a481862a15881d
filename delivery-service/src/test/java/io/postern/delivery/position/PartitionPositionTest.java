package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionPositionTest {
  private static DeliveryPosition at(long next) {
    return new DeliveryPosition(next, new BitSet(), false);
  }

  @Test
  void deliveriesThatEndOutOfOrderLeaveAGap() {
    PartitionPosition position = new PartitionPosition(at(10));
    assertThat(position.returned(10)).isTrue();
    assertThat(position.returned(11)).isTrue();
    assertThat(position.returned(12)).isTrue();
    position.finish(12);
    position.finish(10);
    DeliveryPosition committed = position.snapshot(false);
    assertThat(committed.next()).isEqualTo(11);
    assertThat(committed.finished(12)).isTrue();
    assertThat(committed.finished(11)).isFalse();
  }

  @Test
  void offsetsThatTheReaderPassesOverAreFinished() {
    PartitionPosition position = new PartitionPosition(at(0));
    position.returned(2);
    position.finish(2);
    position.passedOver(5);
    assertThat(position.snapshot(false).next()).isEqualTo(5);
  }

  @Test
  void afterRestartOnlyUnmarkedOffsetsAreDelivered() {
    Random random = new Random(42);
    for (int run = 0; run < 300; run++) {
      Set<Long> records = new HashSet<>();
      long end = 1 + random.nextInt(400);
      for (long offset = 0; offset < end; offset++) {
        if (random.nextInt(5) > 0) {
          records.add(offset); // the others are transaction markers
        }
      }
      Set<Long> done = new HashSet<>();
      DeliveryPosition committed = at(0);
      Set<Long> committedDone = Set.of();
      while (committed.next() < end) {
        committed = ownPartition(random, records, end, committed, done);
        committedDone = Set.copyOf(done);
      }
      assertThat(committedDone).isEqualTo(records);
      assertThat(committed.next()).isEqualTo(end);
    }
  }

  /** One owner: reads from the committed position, finishes some in any order, commits, dies. */
  private static DeliveryPosition ownPartition(
      Random random, Set<Long> records, long end, DeliveryPosition committed, Set<Long> done) {
    PartitionPosition position =
        new PartitionPosition(DeliveryPosition.decode(committed.next(), committed.encode()));
    List<Long> open = new ArrayList<>();
    long readTo = committed.next() + random.nextLong(end - committed.next() + 1);
    for (long offset = committed.next(); offset < readTo; offset++) {
      if (records.contains(offset)) {
        boolean started = position.returned(offset);
        assertThat(started).as("offset %s", offset).isEqualTo(!done.contains(offset));
        if (started) {
          open.add(offset);
        }
      }
      while (!open.isEmpty() && random.nextInt(3) == 0) {
        long finished = open.remove(random.nextInt(open.size()));
        position.finish(finished);
        done.add(finished);
        assertThat(position.isFinished(finished)).isTrue();
      }
      if (random.nextInt(4) == 0) {
        assertThat(position.snapshot(false).next()).isEqualTo(position.next());
      }
    }
    position.passedOver(readTo);
    DeliveryPosition last;
    last = position.snapshot(random.nextBoolean());
    for (long offset = 0; offset < readTo; offset++) {
      boolean unfinished = records.contains(offset) && !done.contains(offset);
      assertThat(last.finished(offset)).isEqualTo(!unfinished);
    }
    return last;
  }
}
