package io.postern.delivery.position;

import io.postern.contracts.DeliveryPosition.LeaseBeginning;
import io.postern.log.rules.SleepCountingClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.LongSupplier;

/**
 * The clocks on which leases rest. Any thread.
 *
 * @param later nanoseconds that do not stand while the machine sleeps
 * @param monotonic nanoseconds since the machine's start, the same in all its processes
 * @param boot names that start; empty: not known
 */
record Clocks(LongSupplier later, LongSupplier monotonic, Clock wall, String boot) {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** The wall clock counts besides: a virtual machine that is halted has no other. */
  static Clocks ofTheMachine() {
    return of(BootTime.ofTheMachine().orElse(System::nanoTime), Clock.systemUTC());
  }

  static Clocks of(LongSupplier sinceStart, Clock wall) {
    return new Clocks(new SleepCountingClock(sinceStart, wall), System::nanoTime, wall, bootId());
  }

  LeaseBeginning leaseBeginning() {
    return new LeaseBeginning(boot, monotonic.getAsLong(), wall.millis());
  }

  // Elsewhere than on Linux a taker waits for as long as on another machine.
  private static String bootId() {
    try {
      String id = Files.readString(BOOT_ID, StandardCharsets.US_ASCII).strip();
      return id.matches("[0-9A-Za-z-]{1,64}") ? id : "";
    } catch (IOException e) {
      return "";
    }
  }
}
