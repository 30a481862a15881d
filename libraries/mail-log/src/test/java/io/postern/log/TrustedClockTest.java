package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class TrustedClockTest {
  private static final Duration DAYS = Duration.ofDays(10);

  private Instant wall = Instant.parse("2026-07-01T10:00:00Z");
  private long steady = 42;
  private long sinceStart = 42;
  private final InstantSource shown = () -> wall;
  private final TrustedClock clock = new TrustedClock(shown, () -> steady, () -> sinceStart);

  private void pass(Duration time) {
    wall = wall.plus(time);
    steady += time.toNanos();
    sinceStart += time.toNanos();
  }

  @Test
  void aClockThatJumpsForwardForAMinuteIsNotUsed() {
    pass(Duration.ofHours(5));
    Instant before = clock.instant();
    wall = wall.plus(DAYS);
    pass(Duration.ofMinutes(1));

    assertThat(clock.instant()).isEqualTo(before.plusSeconds(60));
    assertThat(clock.jump()).isEqualTo(DAYS);
    assertThat(clock.problem())
        .startsWith("this machine's clock has jumped forward by 14400 minutes and is not used");
    assertThat(clock.isBack()).isFalse();

    wall = wall.minus(DAYS);
    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.jump()).isZero();
    assertThat(clock.problem()).isNull();
    assertThat(clock.isBack()).as("Kafka's clients wait for ten days").isTrue();
  }

  @Test
  void aClockThatIsSetBackIsNotUsedUntilItIsRightAgain() {
    Instant before = clock.instant();
    wall = wall.minus(DAYS);
    pass(Duration.ofMinutes(1));

    assertThat(clock.instant()).isEqualTo(before.plusSeconds(60));
    assertThat(clock.problem()).contains("jumped back by 14400 minutes");
    assertThat(clock.isBack()).isFalse();

    wall = wall.plus(DAYS);
    pass(Duration.ofHours(1));
    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.isBack()).isFalse();
  }

  /** As with an NTP client that slews: a false time stays for days. */
  @Test
  void aJumpForwardThatStaysIsNeverUsed() {
    Instant before = clock.instant();
    wall = wall.plus(DAYS);
    for (int hour = 1; hour <= 1_000; hour++) {
      pass(Duration.ofHours(1));
      assertThat(clock.instant()).isEqualTo(before.plus(Duration.ofHours(hour)));
      assertThat(clock.jump()).isEqualTo(DAYS);
      assertThat(clock.isBack()).isFalse();
    }
    assertThat(clock.problem()).endsWith("if the new time is right, restart the services");
  }

  /** As after a pause of a virtual machine. */
  @Test
  void aServiceThatIsRestartedAfterAJumpUsesTheNewTime() {
    wall = wall.plus(DAYS);
    assertThat(clock.jump()).isEqualTo(DAYS);

    TrustedClock again = new TrustedClock(shown, () -> steady, () -> sinceStart);
    assertThat(again.instant()).isEqualTo(wall);
    assertThat(again.problem()).isNull();
  }

  @Test
  void theLogSaysSoAtTheJumpAndEachHourWhileItLasts() {
    List<String> lines = new ArrayList<>();
    Logger logger = Logger.getLogger(TrustedClock.class.getName());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getLevel() + " " + line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      wall = wall.plus(DAYS);
      for (int second = 0; second < 3 * 3_600; second += 5) {
        assertThat(clock.jump()).isEqualTo(DAYS);
        pass(Duration.ofSeconds(5));
      }
      wall = wall.minus(DAYS);
      assertThat(clock.jump()).isZero();
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(lines).hasSize(4);
    assertThat(lines.subList(0, 3))
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("jumped forward by 14400 minutes", "restart the services"));
    assertThat(lines.getLast()).contains("shows the expected time again");
  }

  @Test
  void aClockThatIsCorrectedInSmallStepsIsFollowed() {
    Random random = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      pass(Duration.ofSeconds(random.nextInt(3_600)));
      wall = wall.plusSeconds(random.nextInt(1_200) - 600);
      assertThat(clock.instant()).isEqualTo(wall);
    }
    assertThat(clock.jump()).isZero();
  }

  @Test
  void aMachineThatSleptHasNotJumped() {
    wall = wall.plus(DAYS);
    sinceStart += DAYS.toNanos();
    pass(Duration.ofMinutes(1));

    assertThat(clock.instant()).isEqualTo(wall);
    assertThat(clock.jump()).isZero();

    wall = wall.plus(DAYS);
    assertThat(clock.jump()).as("the sleep counts once").isEqualTo(DAYS);
  }

  @Test
  void theMachinesOwnShowsTheTime() {
    assertThat(TrustedClock.ofTheMachine().instant())
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    assertThat(TrustedClock.ofTheMachine().problem()).isNull();
  }
}
