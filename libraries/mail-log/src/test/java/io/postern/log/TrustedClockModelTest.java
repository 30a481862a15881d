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
 * virtual machine is paused, and its clock set right some minutes later; an administrator restarts
 * each service that says so, at some time. False ones stay for minutes or days. A sleep is no jump.
 */
class TrustedClockModelTest {
  private static final int SCHEDULES = 300;
  private static final int STEPS = 2_000;
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Duration DAYS = Duration.ofDays(5);
  private static final Duration HOUR = Duration.ofHours(1);

  private int pauses;
  private int falseJumps;
  private int sleeps;
  private int restarts;
  private int ended; // by a clock that went back
  private int behind; // of a paused machine's services, until they are restarted
  private int longer; // false jumps of more than an hour

  private static final class Service {
    private final TrustedClock clock;
    private final boolean right; // it began by a right clock

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
      }
      switch (random.nextInt(300)) {
        case 0 -> {
          if (!isWrong()) {
            falseJumps++;
            Duration jump = between(Duration.ofMinutes(20), DAYS);
            wrong = random.nextBoolean() ? jump : jump.negated();
            correctWithin(random.nextBoolean() ? HOUR : DAYS);
            longer += correctedAt.minus(steady).compareTo(HOUR) > 0 ? 1 : 0;
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
  }

  @Test
  void noFalseJumpIsUsedHoweverLongAndARestartUsesARightOne() {
    for (int seed = 1; seed <= SCHEDULES; seed++) {
      run(new Random(seed), "seed " + seed);
    }
    assertThat(List.of(pauses, falseJumps, longer, sleeps, restarts, ended, behind))
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
      if (random.nextInt(300) == 0) {
        services.set(random.nextInt(3), new Service(machine));
      }
      services.replaceAll(service -> looked(machine, service)); // as ClockWatch does
      if (!machine.isWrong() && random.nextInt(60) == 0) {
        services.replaceAll(service -> restarted(machine, service));
        assertThat(services)
            .as("%s, step %d: the time is used after a restart", seed, step)
            .allMatch(service -> ahead(machine, service).abs().compareTo(TrustedClock.MOST) <= 0);
      }
      for (Service service : services) {
        Duration ahead = ahead(machine, service);
        if (service.right) {
          assertThat(ahead)
              .as("%s, step %d: nothing expires early", seed, step)
              .isLessThanOrEqualTo(TrustedClock.MOST);
          behind += ahead.compareTo(TrustedClock.MOST.negated()) < 0 ? 1 : 0;
        }
      }
    }
  }

  private static Duration ahead(Machine machine, Service service) {
    return Duration.between(machine.time, service.clock.instant());
  }

  /** As the line in its log says. */
  private Service restarted(Machine machine, Service service) {
    if (service.clock.problem() == null) {
      return service;
    }
    restarts++;
    return new Service(machine);
  }

  private Service looked(Machine machine, Service service) {
    if (!service.clock.isBack()) {
      return service;
    }
    ended++;
    return new Service(machine);
  }
}
