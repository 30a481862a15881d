package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A machine whose wall clock jumps, and services on it that begin at any time. Right jumps: a
 * virtual machine is paused, and its clock set right some minutes later. False ones are corrected
 * within the hour. A sleep is no jump.
 */
class TrustedClockModelTest {
  private static final int SCHEDULES = 300;
  private static final int STEPS = 2_000;
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Duration DAYS = Duration.ofDays(5);

  private int pauses;
  private int falseJumps;
  private int sleeps;
  private int restarts;
  private int ended; // by a clock that went back
  private int behind; // of a paused machine's services, for an hour at most

  private static final class Service {
    private final TrustedClock clock;
    private boolean right; // it began by a right clock, or has come to one

    Service(Machine machine) {
      clock = new TrustedClock(machine::wall, machine::steady, machine::sinceStart);
      right = machine.wrong.abs().compareTo(TrustedClock.MOST) <= 0;
    }
  }

  private final class Machine {
    private final Random random;
    private Instant time = Instant.parse("2026-07-01T10:00:00Z");
    private Duration steady = Duration.ofSeconds(42);
    private Duration sinceStart = steady;
    private Duration wrong = Duration.ZERO; // by how much the wall clock is ahead of the time
    private Duration correctedAt = Duration.ZERO; // steady; zero: nothing is to be corrected
    private Duration rightSince = steady;

    Machine(Random random) {
      this.random = random;
    }

    Instant wall() {
      return time.plus(wrong);
    }

    long steady() {
      return steady.toNanos();
    }

    long sinceStart() {
      return sinceStart.toNanos();
    }

    void pass() {
      time = time.plus(STEP);
      steady = steady.plus(STEP);
      sinceStart = sinceStart.plus(STEP);
      if (isWrong() && steady.compareTo(correctedAt) >= 0) {
        correctedAt = Duration.ZERO;
        wrong = Duration.ofSeconds(random.nextInt(-60, 60));
        rightSince = steady;
      }
      switch (random.nextInt(300)) {
        case 0 -> {
          if (!isWrong()) {
            falseJumps++;
            Duration jump = between(Duration.ofMinutes(20), DAYS);
            wrong = random.nextBoolean() ? jump : jump.negated();
            correctWithin(TrustedClock.STAYS.minus(STEP.multipliedBy(2)));
          }
        }
        case 1 -> {
          pauses++;
          Duration pause = between(Duration.ofMinutes(20), DAYS);
          time = time.plus(pause);
          wrong = wrong.minus(pause);
          correctWithin(Duration.ofMinutes(10));
        }
        case 2 -> {
          sleeps++;
          Duration sleep = between(Duration.ofMinutes(20), DAYS);
          time = time.plus(sleep);
          sinceStart = sinceStart.plus(sleep);
        }
        default -> {}
      }
    }

    private boolean isWrong() {
      return !correctedAt.isZero();
    }

    private void correctWithin(Duration most) {
      Duration at = steady.plus(between(STEP, most));
      correctedAt = isWrong() && correctedAt.compareTo(at) < 0 ? correctedAt : at;
    }

    private Duration between(Duration fewest, Duration most) {
      return Duration.ofSeconds(random.nextLong(fewest.toSeconds(), most.toSeconds()));
    }

    /** For so long that each service has come to the time. */
    boolean isSettled() {
      return !isWrong()
          && steady.minus(rightSince).compareTo(TrustedClock.STAYS.plus(STEP.multipliedBy(2))) > 0;
    }
  }

  @Test
  void noFalseJumpIsUsedAndARightOneIsWithinAnHour() {
    for (int seed = 1; seed <= SCHEDULES; seed++) {
      run(new Random(seed), "seed " + seed);
    }
    assertThat(List.of(pauses, falseJumps, sleeps, restarts, ended, behind))
        .allMatch(times -> times > 100);
  }

  private void run(Random random, String seed) {
    Machine machine = new Machine(random);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      services.add(new Service(machine));
    }
    for (int step = 0; step < STEPS; step++) {
      machine.pass();
      if (random.nextInt(100) == 0) {
        restarts++;
        services.set(random.nextInt(3), new Service(machine));
      }
      services.replaceAll(service -> looked(machine, service)); // as ClockWatch does
      for (Service service : services) {
        Duration ahead = Duration.between(machine.time, service.clock.instant());
        if (machine.isSettled()) {
          service.right = true;
          assertThat(ahead.abs())
              .as("%s, step %d: the time is taken over", seed, step)
              .isLessThanOrEqualTo(TrustedClock.MOST);
        }
        if (service.right) {
          assertThat(ahead)
              .as("%s, step %d: nothing expires early", seed, step)
              .isLessThanOrEqualTo(TrustedClock.MOST);
          behind += ahead.compareTo(TrustedClock.MOST.negated()) < 0 ? 1 : 0;
        }
      }
    }
  }

  private Service looked(Machine machine, Service service) {
    if (!service.clock.isBack()) {
      return service;
    }
    ended++;
    return new Service(machine);
  }
}
