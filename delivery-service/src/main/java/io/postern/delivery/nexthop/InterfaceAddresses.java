package io.postern.delivery.nexthop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The addresses of a machine's interfaces, read at most {@link #MAX_AGE} ago: a reading asks the
 * system about each interface, and each delivery to a mail host wants an answer. Any thread.
 */
final class InterfaceAddresses {
  /** For so long mail may come back to us by an address that is new; the hop count ends it. */
  static final Duration MAX_AGE = Duration.ofSeconds(10);

  /** The system's list. */
  interface Source {
    Set<InetAddress> read() throws IOException;
  }

  private record Reading(Set<InetAddress> addresses, long nanos) {}

  private final Source source;
  private final LongSupplier nanoTime;
  private volatile Reading last;

  InterfaceAddresses(Source source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
    this.last = new Reading(Set.of(), nanoTime.getAsLong() - MAX_AGE.toNanos());
  }

  static InterfaceAddresses ofThisMachine() {
    return new InterfaceAddresses(
        () ->
            NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .collect(Collectors.toUnmodifiableSet()),
        System::nanoTime);
  }

  boolean contains(InetAddress address) {
    Reading reading = last;
    long now = nanoTime.getAsLong();
    if (now - reading.nanos >= MAX_AGE.toNanos()) {
      reading = new Reading(read(reading), now);
      last = reading;
    }
    return reading.addresses.contains(address);
  }

  private Set<InetAddress> read(Reading before) {
    try {
      return source.read();
    } catch (IOException e) {
      // The system tells nothing: the hop count ends a loop (RFC 5321 §6.3).
      return before.addresses;
    }
  }
}
