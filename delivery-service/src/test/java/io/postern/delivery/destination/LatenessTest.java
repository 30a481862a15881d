package io.postern.delivery.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The two signs of too little CPU. */
class LatenessTest {
  private final Lateness lateness = new Lateness(() -> 0);

  private void sleeps(int count, int millis) {
    for (int i = 0; i < count; i++) {
      lateness.ran(Duration.ofMillis(millis - 20).toNanos());
    }
  }

  @Test
  void aSaturatedMachineIsNotLate() {
    sleeps(1_000, 29);
    assertThat(lateness.late()).isFalse();
    assertThat(lateness.seconds()).isCloseTo(0.009, within(0.0001));
  }

  @Test
  void aShareOfAFifthIsLateWithinTwoSecondsAndNoLongerThanThat() {
    sleeps(2_000 / 60, 60);
    assertThat(lateness.late()).isTrue();
    sleeps(20, 20);
    assertThat(lateness.late()).as("not over yet: it would begin again").isTrue();
    sleeps(2_000 / 20, 20);
    assertThat(lateness.late()).isFalse();
  }

  @Test
  void itLooksSeldomWhileThreadsAreInTimeAndOftenFromTheFirstLateOneOn() {
    assertThat(lateness.sleep()).isEqualTo(Duration.ofMillis(200));
    sleeps(1, 60);
    assertThat(lateness.sleep()).isEqualTo(Duration.ofMillis(20));
    sleeps(40, 20);
    assertThat(lateness.sleep()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void aMachineThatSleptIsNotLateForLong() {
    lateness.ran(Duration.ofHours(8).toNanos());
    sleeps(60, 20);
    assertThat(lateness.late()).isFalse();
  }

  @Test
  void aQuotaWithAShortPeriodIsLateAlthoughItsStopsAreShort() {
    for (int i = 0; i < 5; i++) { // 200 ms each: 15 % of a core in periods of 10 ms
      sleeps(10, 29);
      lateness.stopped(0.95);
    }
    assertThat(lateness.late()).isTrue();
    for (int i = 0; i < 3; i++) {
      lateness.stopped(0.4);
    }
    assertThat(lateness.late()).as("not over yet: it would begin again").isTrue();
    for (int i = 0; i < 10; i++) {
      lateness.stopped(0);
    }
    assertThat(lateness.late()).isFalse();
  }

  @Test
  void aQuotaThatIsUsedUpNowAndThenIsNotLate() {
    for (int i = 0; i < 100; i++) {
      lateness.stopped(i % 5 == 0 ? 1 : 0.2);
    }
    assertThat(lateness.late()).isFalse();
  }

  @Test
  void itMeasuresUntilItIsClosed() {
    lateness.start();
    Awaitility.await().until(() -> lateness.seconds() > 0);
    lateness.close();
    Awaitility.await().until(() -> !lateness.runs());
  }
}
