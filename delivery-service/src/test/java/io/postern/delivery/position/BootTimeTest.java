package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The kernel's time since its start, against its own file. */
class BootTimeTest {
  @Test
  @EnabledOnOs(OS.LINUX)
  void isTheTimeSinceTheMachinesStart() throws Exception {
    LongSupplier boot = BootTime.ofTheMachine().orElseThrow();
    long before = boot.getAsLong();
    String uptime = Files.readString(Path.of("/proc/uptime"));
    long after = boot.getAsLong();
    // In hundredths of a second, cut off.
    long seconds = (long) (Double.parseDouble(uptime.split(" ", -1)[0]) * 1e9);
    assertThat(seconds).isBetween(before - 20_000_000, after);
    assertThat(after).isGreaterThanOrEqualTo(before);
  }

  /** The wall clock stands: it was set back by as much. */
  @Test
  void aSleepIsCountedWhateverTheWallClockSays() {
    AtomicLong sinceStart = new AtomicLong(1);
    Clocks clocks =
        Clocks.of(sinceStart::get, Clock.fixed(Instant.ofEpochSecond(5), ZoneOffset.UTC));
    long before = clocks.later().getAsLong();
    sinceStart.addAndGet(4_000_000_000L);
    assertThat(clocks.later().getAsLong() - before).isEqualTo(4_000_000_000L);
  }
}
