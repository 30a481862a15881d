package io.postern.delivery.position;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Nanoseconds since the machine's start by Linux' {@code CLOCK_BOOTTIME} (clock_gettime(2)): unlike
 * {@link System#nanoTime} it does not stand while the machine sleeps, and nobody can set it. Any
 * thread.
 */
final class BootTime implements LongSupplier {
  private static final Logger LOG = Logger.getLogger(BootTime.class);
  private static final int CLOCK_BOOTTIME = 7;
  private static final long SECOND = 1_000_000_000L;

  private final MethodHandle clockGettime;

  private BootTime(MethodHandle clockGettime) {
    this.clockGettime = clockGettime;
  }

  /** Empty: not Linux on 64 bits, a kernel without it, or a JVM that may not call it. */
  static Optional<LongSupplier> ofTheMachine() {
    if (!System.getProperty("os.name").equals("Linux") || ADDRESS.byteSize() != Long.BYTES) {
      return Optional.empty();
    }
    try {
      return linked(Linker.nativeLinker());
    } catch (UnsupportedOperationException
        | IllegalCallerException
        | IllegalStateException refused) {
      LOG.info("suspend times are measured only by the wall clock", refused);
      return Optional.empty();
    }
  }

  private static Optional<LongSupplier> linked(Linker linker) {
    return linker
        .defaultLookup()
        .find("clock_gettime")
        .map(
            function ->
                linker.downcallHandle(function, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS)))
        .map(BootTime::new)
        .filter(clock -> clock.getAsLong() > 0)
        .map(LongSupplier.class::cast);
  }

  @Override
  public long getAsLong() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timespec = arena.allocate(JAVA_LONG, 2);
      int result = (int) clockGettime.invokeExact(CLOCK_BOOTTIME, timespec);
      if (result != 0) {
        throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME) answered " + result);
      }
      return timespec.getAtIndex(JAVA_LONG, 0) * SECOND + timespec.getAtIndex(JAVA_LONG, 1);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the handle itself throws none
    }
  }
}
