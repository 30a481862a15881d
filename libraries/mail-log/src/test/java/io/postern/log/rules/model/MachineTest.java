package io.postern.log.rules.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The faults of machines that a lease survives, and the others (docs/design/the-log.md). */
class MachineTest {
  private final AtomicLong world = new AtomicLong(1_000);
  private final Machine machine = new Machine("m0", world::get, 1, 0, 0);

  private void sleep(long millis) {
    machine.sleepUntil(world.get() + millis);
    world.addAndGet(millis);
    machine.wakeWhenDue();
  }

  private long laterMillis() {
    return machine.later.getAsLong() / 1_000_000;
  }

  @Test
  void aSleepIsSeen() {
    long before = laterMillis();
    sleep(4_000);
    assertThat(laterMillis() - before).isEqualTo(4_000);
  }

  /** Two owners had a lease in a schedule in which it did not. */
  @Test
  void aSleepIsSeenBehindAClockThatWasSetBack() {
    long before = laterMillis();
    machine.set(-6_000);
    sleep(4_000);
    assertThat(laterMillis() - before).isEqualTo(4_000);
  }

  @Test
  void aSleepIsSeenBeforeAClockIsSetBack() {
    long before = laterMillis();
    sleep(4_000);
    machine.set(-6_000);
    assertThat(laterMillis() - before).isEqualTo(4_000);
  }
}
