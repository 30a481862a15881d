package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.rules.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Which deliveries count as interrupted, by what owners before have left in the log. */
class LostOwnersTest {
  private record Marker(Owner by, boolean lost, long at) {
    OutcomeRecorded record() {
      return OutcomeRecorded.newBuilder()
          .setPartitionTaken(true)
          .setOwner(by.message())
          .setOwnerLost(lost)
          .build();
    }
  }

  private static LostOwners after(Owner there, List<Marker> markers) {
    LostOwners lost = new LostOwners(there);
    markers.forEach(marker -> lost.taken(marker.record(), marker.at()));
    return lost;
  }

  private static Marker marker(int generation, int take, boolean lost, long at) {
    return new Marker(new Owner(0, generation, take), lost, at);
  }

  @Test
  void theSecondLossCountsForWhatWasThereBeforeTheFirst() {
    LostOwners lost =
        after(
            Owner.NOBODY,
            List.of(marker(1, 1, false, 10), marker(2, 1, true, 20), marker(3, 1, true, 30)));
    assertThat(lost.twoHad(15)).isTrue();
    assertThat(lost.twoHad(20)).isTrue();
    assertThat(lost.twoHad(25)).as("written behind the first loss").isFalse();
  }

  @Test
  void oneLossAndTakesOfOneAssignmentAndOrderlyHandoversCountOnce() {
    assertThat(after(Owner.NOBODY, List.of(marker(1, 1, true, 10))).twoHad(5)).isFalse();
    assertThat(
            after(
                    Owner.NOBODY,
                    List.of(marker(2, 1, true, 10), marker(2, 2, true, 20), marker(2, 3, true, 30)))
                .twoHad(5))
        .as("sends that failed")
        .isFalse();
    assertThat(
            after(
                    Owner.NOBODY,
                    List.of(
                        marker(1, 1, false, 10), marker(2, 1, false, 20), marker(3, 1, true, 30)))
                .twoHad(5))
        .isFalse();
    assertThat(
            after(new Owner(0, 2, 1), List.of(marker(2, 2, true, 10), marker(3, 1, true, 20)))
                .twoHad(5))
        .as("the first of the assignment stands before what is read")
        .isFalse();
  }

  @Test
  void aFormerOwnersMarkerThatComesLateIsNotCounted() {
    assertThat(
            after(
                    Owner.NOBODY,
                    List.of(marker(3, 1, true, 10), marker(2, 1, true, 20), marker(3, 2, true, 30)))
                .twoHad(5))
        .isFalse();
  }

  /**
   * A message that ends each process that begins it, among restarts in order, sends that fail and
   * losses from before it: it ends two, never more and never less.
   */
  @Test
  void aMessageThatEndsItsDelivererEndsTwoOfThem() {
    Random random = new Random(38);
    for (int round = 0; round < 5_000; round++) {
      List<Marker> log = new ArrayList<>();
      long now = 0;
      long written = -1;
      int generation = 0;
      int killed = 0;
      boolean lost = false;
      while (true) {
        generation += 1 + random.nextInt(3);
        for (int take = 1 + random.nextInt(3); take > 0; take--) {
          log.add(marker(generation, log.size() + 1, lost, now += random.nextInt(1, 9)));
        }
        if (written < 0) {
          // The message comes to this owner, or to a later one.
          if (random.nextInt(3) == 0) {
            written = now += random.nextInt(1, 9);
            killed++;
            lost = true;
          } else {
            lost = random.nextBoolean();
          }
          continue;
        }
        if (after(Owner.NOBODY, log).twoHad(written)) {
          break;
        }
        boolean begun = random.nextInt(3) > 0; // else the owner gives it up in order before
        killed += begun ? 1 : 0;
        lost = begun;
      }
      assertThat(killed).isEqualTo(2);
    }
  }

  @Test
  void atMostAWindowOfDeliveriesIsSuspected() {
    PartitionWork work =
        new PartitionWork(
            new TopicPartition("mail.deliveries", 0),
            DeliveryPosition.first(0),
            3,
            new Lease(System::nanoTime, System::nanoTime, Duration.ZERO));
    assertThat(work.interrupted(5)).as("before its take").isFalse();
    work.taken(after(Owner.NOBODY, List.of(marker(2, 1, true, 10), marker(3, 1, true, 20))), 2);
    assertThat(work.interrupted(5)).isTrue();
    assertThat(work.interrupted(5)).isTrue();
    assertThat(work.interrupted(5)).as("a backlog behind the window").isFalse();
  }
}
