package io.postern.delivery.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One destination's arithmetic, by a clock that the test moves. */
class DestinationTest {
  private static final DestinationSettings SETTINGS = DestinationsLab.SETTINGS;
  private static final Duration HOUR = Duration.ofHours(1);
  // Five slots, two a second.
  private static final Duration TWO_A_SECOND_WITH_FIVE = Duration.ofMillis(2_500);
  private long now = 1;
  private double share = 1;
  private final Destination destination = new Destination("fabrikam", SETTINGS, now);

  @Test
  void growsByOneForAsManyAsMayRunUpToTheLimit() {
    assertThat(destination.limit(share)).isEqualTo(5);
    round(Feedback.THROUGH);
    assertThat(destination.limit(share)).isEqualTo(6);
    round(Feedback.THROUGH);
    assertThat(destination.limit(share)).isEqualTo(7);
    for (int i = 0; i < 50; i++) {
      round(Feedback.THROUGH);
    }
    assertThat(destination.limit(share)).isEqualTo(20);
  }

  @Test
  void itsMinuteIsNotForgottenBeforeItIsOver() {
    destination.limits(new SlotRequest.Limits(0, 1));
    destination.ended(
        destination.start(now, share),
        now,
        Feedback.NOTHING,
        new Destination.Error("", "contoso"),
        now,
        share);
    assertThat(destination.forgettable(now, HOUR)).isFalse();
    assertThat(destination.mayStart(now, share)).isFalse();
    now += Duration.ofMinutes(1).toNanos();
    assertThat(destination.forgettable(now, HOUR)).isTrue();
    assertThat(destination.mayStart(now, share)).isTrue();
  }

  @Test
  void doesNotGrowBeyondWhatIsUsed() {
    for (int i = 0; i < 1_000; i++) {
      one(Feedback.THROUGH);
    }
    assertThat(destination.limit(share)).isLessThanOrEqualTo(SETTINGS.initial() + 1);
  }

  @Test
  void shrinksByOneForEachFailedConnectionAndNotForRefusals() {
    one(Feedback.REACHED);
    assertThat(destination.limit(share)).isEqualTo(5);
    one(Feedback.FAILED);
    assertThat(destination.limit(share)).isEqualTo(4);
    one(Feedback.STRAINED);
    assertThat(destination.limit(share)).isEqualTo(3);
    one(Feedback.NOTHING);
    assertThat(destination.limit(share)).isEqualTo(3);
  }

  @Test
  void isDeadAfterFailuresInARowOnly() {
    for (int i = 0; i < 20; i++) {
      fail(SETTINGS.failures() - 1);
      one(i % 2 == 0 ? Feedback.THROUGH : Feedback.STRAINED);
      assertThat(destination.dead()).isFalse();
      assertThat(destination.limit(share)).isPositive();
    }
    fail(SETTINGS.failures());
    assertThat(destination.dead()).isTrue();
    assertThat(destination.mayStart(now, share)).isFalse();
  }

  @Test
  void strainAloneNeverKills() {
    for (int i = 0; i < 100; i++) {
      one(Feedback.STRAINED);
    }
    assertThat(destination.dead()).isFalse();
    assertThat(destination.limit(share)).isEqualTo(1);
  }

  @Test
  void aDeadOneIsProbedByOneAtATimeWithPausesThatDouble() {
    fail(SETTINGS.failures());
    for (int pause : List.of(10, 20, 40, 80, 160, 300, 300)) {
      pass(Duration.ofSeconds(pause).minusNanos(1));
      assertThat(destination.mayStart(now, share)).isFalse();
      pass(Duration.ofNanos(1));
      assertThat(destination.mayStart(now, share)).as("after %s s", pause).isTrue();
      boolean probe = destination.start(now, share);
      assertThat(probe).isTrue();
      pass(HOUR);
      assertThat(destination.mayStart(now, share)).as("while the probe runs").isFalse();
      destination.ended(
          probe, now, Feedback.FAILED, new Destination.Error("refused", "contoso"), now, share);
    }
  }

  @ParameterizedTest
  @CsvSource({"THROUGH,5", "REACHED,5", "STRAINED,4"})
  void theFirstAnswerOfAHostRevivesIt(Feedback answer, int limit) {
    fail(SETTINGS.failures());
    pass(SETTINGS.probePause());
    destination.ended(
        destination.start(now, share),
        now,
        answer,
        new Destination.Error("", "contoso"),
        now,
        share);
    assertThat(destination.dead()).isFalse();
    assertThat(destination.limit(share)).isEqualTo(limit);
  }

  @Test
  void aProbeThatAskedNobodyLetsTheNextOneProbe() {
    fail(SETTINGS.failures());
    pass(SETTINGS.probePause());
    destination.ended(
        destination.start(now, share),
        now,
        Feedback.NOTHING,
        new Destination.Error("", "contoso"),
        now,
        share);
    assertThat(destination.dead()).isTrue();
    assertThat(destination.mayStart(now, share)).isTrue();
  }

  @Test
  void aDeliveryFromBeforeItsDeathNeitherProbesNorDelaysTheProbe() {
    boolean early = destination.start(now, share);
    fail(SETTINGS.failures());
    pass(SETTINGS.probePause());
    destination.ended(
        early, now, Feedback.FAILED, new Destination.Error("late", "contoso"), now, share);
    assertThat(destination.mayStart(now, share)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1,20", "0.5,10", "0.25,5", "0.3333333333333333,6", "0.01,1"})
  void theLimitIsDividedAmongTheReplicas(double part, int most) {
    share = part;
    for (int i = 0; i < 500; i++) {
      round(Feedback.THROUGH);
    }
    assertThat(destination.limit(share)).isEqualTo(most);
  }

  @Test
  void theSharesOfAllReplicasNeverExceedTheLimit() {
    for (int partitions = 1; partitions <= 48; partitions++) {
      for (int members = 1; members <= Math.min(partitions, SETTINGS.limit()); members++) {
        Destination full = new Destination("x", SETTINGS, 0);
        int sum = 0;
        for (int i = 0; i < members; i++) {
          int own = partitions / members + (i < partitions % members ? 1 : 0);
          sum += full.limit((double) own / partitions);
        }
        assertThat(sum).isLessThanOrEqualTo(Math.max(SETTINGS.initial(), members));
      }
    }
  }

  @Test
  void whatIsHandedBackComesAsFastAsItCanBeTaken() {
    twoASecond();
    List<Double> seconds = handBack(200);
    assertThat(seconds.getFirst()).isCloseTo(5, within(0.6));
    assertThat(seconds.get(99)).isCloseTo(50, within(6.0));
    assertThat(seconds.get(199)).isCloseTo(100, within(11.0));
  }

  @Test
  void aBacklogDoesNotCircle() {
    twoASecond();
    assertThat(handBacks(2_000)).isLessThan(3 * 2_000);
  }

  /** Each time the destination was seen twice as long. */
  @Test
  void theBacklogOfADestinationThatWasNotSeenYetCirclesABoundedNumberOfTimes() {
    one(Feedback.REACHED, TWO_A_SECOND_WITH_FIVE);
    assertThat(handBacks(2_000)).isLessThan(7 * 2_000);
  }

  /** Two a second are taken; so many wait, and come again at their booked times. */
  private long handBacks(int deliveries) {
    long began = now;
    List<Long> due = new ArrayList<>();
    for (int i = 0; i < deliveries; i++) {
      due.add(now + destination.handBack(now, share).toNanos());
    }
    due.sort(null);
    long handedBack = 0;
    long taken = 0;
    while (taken < deliveries) {
      pass(Duration.ofMillis(500));
      boolean slot = true;
      List<Long> again = new ArrayList<>();
      while (!due.isEmpty() && due.getFirst() - now <= 0) {
        due.removeFirst();
        if (slot) {
          one(Feedback.REACHED, TWO_A_SECOND_WITH_FIVE);
          taken++;
          slot = false;
        } else {
          again.add(now + destination.handBack(now, share).toNanos());
          handedBack++;
        }
      }
      if (!again.isEmpty()) {
        due.addAll(again);
        due.sort(null);
      }
    }
    assertThat(Duration.ofNanos(now - began)).isLessThan(Duration.ofMinutes(10 + 35));
    return handedBack;
  }

  /** The first deliveries wait for code to be compiled, for verdicts and for connections. */
  @Test
  void nothingIsBookedFartherAheadThanTheDestinationWasSeen() {
    one(Feedback.REACHED, TWO_A_SECOND_WITH_FIVE);
    pass(Duration.ofSeconds(3));
    for (int i = 0; i < 500; i++) {
      destination.queue.add(new Waiter("", false));
    }
    assertThat(handBack(300)).allSatisfy(s -> assertThat(s).isBetween(5.0, 10.0));
    pass(Duration.ofSeconds(20));
    assertThat(handBack(300)).allSatisfy(s -> assertThat(s).isBetween(20.0, 47.0));
    pass(Duration.ofMinutes(4));
    assertThat(handBack(1).getFirst()).isGreaterThan(250);
  }

  private void twoASecond() {
    for (int i = 0; i < 400; i++) {
      one(Feedback.REACHED, TWO_A_SECOND_WITH_FIVE);
      pass(Duration.ofMillis(500));
    }
  }

  @Test
  void aDestinationThatIsSeldomUsedIsNotTakenForASlowOne() {
    for (int i = 0; i < 10; i++) {
      one(Feedback.REACHED, Duration.ofMillis(100));
      pass(HOUR);
    }
    for (int i = 0; i < 5; i++) {
      destination.start(now, share);
    }
    assertThat(handBack(100)).allSatisfy(s -> assertThat(s).isBetween(5.0, 6.0));
  }

  @Test
  void afterAStandstillOfSecondsItIsNotTakenForOneThatHangs() {
    for (int i = 0; i < 5; i++) {
      destination.start(now, share);
    }
    pass(Duration.ofSeconds(5));
    assertThat(handBack(15)).allSatisfy(s -> assertThat(s).isBetween(5.0, 17.0));
  }

  @Test
  void whileItsSessionsHangItIsBoundedBelowAndAbove() {
    for (int i = 0; i < 5; i++) {
      destination.start(now, share);
    }
    pass(Duration.ofMinutes(11));
    List<Double> seconds = handBack(1_000);
    assertThat(seconds).allSatisfy(s -> assertThat(s).isBetween(5.0, 660.0));
    assertThat(seconds.getLast()).isGreaterThanOrEqualTo(600);
  }

  @Test
  void ofADeadOneItComesAfterTheNextProbeAndSpread() {
    fail(SETTINGS.failures());
    List<Double> seconds = handBack(100);
    assertThat(seconds).allSatisfy(s -> assertThat(s).isBetween(10.0, 40.0));
    assertThat(seconds).doesNotHaveDuplicates();
    assertThat(destination.busyDetail("contoso", now, share)).contains("the last failure: refused");
    assertThat(destination.busyDetail("fabrikam", now, share))
        .endsWith("the last failure was of another organization's mail");
  }

  @Test
  void whileAProbeRunsTheOthersComeNoSoonerThanAFailureWouldLetThem() {
    fail(SETTINGS.failures());
    pass(SETTINGS.probePause());
    destination.start(now, share);
    assertThat(handBack(1).getFirst()).isBetween(10.0, 12.0);
  }

  @Test
  void aLineThatIsShorterThanASecondOfTheRateGoesSoon() {
    assertThat(destination.soon(now, share)).as("nothing is known yet").isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(destination.soon(now, share)).isFalse();
    for (int i = 0; i < 100; i++) {
      one(Feedback.REACHED, Duration.ofMillis(500));
      pass(Duration.ofMillis(100));
    }
    for (int i = 0; i < 9; i++) {
      destination.queue.add(new Waiter("", false));
      assertThat(destination.soon(now, share)).isTrue();
    }
    for (int i = 0; i < 3; i++) {
      destination.queue.add(new Waiter("", false));
    }
    assertThat(destination.soon(now, share)).as("twelve wait, ten a second go").isFalse();
  }

  @Test
  void isForgottenWhenNothingIsKnownOfIt() {
    assertThat(destination.forgettable(now, HOUR)).isTrue();
    one(Feedback.THROUGH);
    assertThat(destination.forgettable(now, HOUR)).as("its pace is known").isFalse();
    boolean probe = destination.start(now, share);
    assertThat(destination.forgettable(now, HOUR)).isFalse();
    destination.ended(
        probe, now, Feedback.FAILED, new Destination.Error("refused", "contoso"), now, share);
    assertThat(destination.forgettable(now, HOUR)).isFalse();
    pass(HOUR.plusNanos(1));
    assertThat(destination.forgettable(now, HOUR)).isTrue();
  }

  private List<Double> handBack(int count) {
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seconds.add(destination.handBack(now, share).toNanos() / 1e9);
    }
    return seconds;
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      one(Feedback.FAILED);
    }
  }

  private void one(Feedback feedback) {
    one(feedback, Duration.ZERO);
  }

  private void one(Feedback feedback, Duration took) {
    boolean probe = destination.start(now, share);
    destination.ended(
        probe,
        now - took.toNanos(),
        feedback,
        new Destination.Error("refused", "contoso"),
        now,
        share);
  }

  /** As many as may run, at once. */
  private void round(Feedback feedback) {
    int count = destination.limit(share);
    for (int i = 0; i < count; i++) {
      destination.start(now, share);
    }
    for (int i = 0; i < count; i++) {
      destination.ended(
          false, now, feedback, new Destination.Error("refused", "contoso"), now, share);
      if (i < count - 1) {
        destination.start(now, share); // a full line behind it
      }
    }
    for (int i = 0; i < count - 1; i++) {
      destination.ended(
          false, now, Feedback.NOTHING, new Destination.Error("", "contoso"), now, share);
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }
}
