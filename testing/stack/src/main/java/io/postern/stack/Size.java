package io.postern.stack;

import com.sun.management.OperatingSystemMXBean;
import io.postern.programs.BrokerSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Memory and compiler of a stack's processes. */
public enum Size {
  /**
   * Quick to start, little memory: a developer's machine, and the tests. Each service must do with
   * a heap of 128 MB.
   */
  SMALL(
      services("-Xmx128m", "-XX:MaxDirectMemorySize=96m", "-XX:TieredStopAtLevel=1"),
      BrokerSettings.small()),
  /**
   * Both compiler tiers and room for many sessions: warms up for some minutes, then does the most
   * with its CPU. docs/evidence/performance.md measures it.
   */
  SERVER(services("-Xmx256m", "-Xmn48m", "-XX:MaxDirectMemorySize=128m"), BrokerSettings.server()),
  /** The same for a directory of 100,000 connectors. */
  LARGE(services("-Xmx1g", "-Xmn128m", "-XX:MaxDirectMemorySize=128m"), BrokerSettings.server());

  /** A stack of the larger size at rest, with as much again for the machine's other programs. */
  private static final long SERVER_MEMORY = 3L << 30;

  private final List<String> services;
  private final BrokerSettings broker;

  Size(List<String> services, BrokerSettings broker) {
    this.services = services;
    this.broker = broker;
  }

  private static List<String> services(String... sizes) {
    List<String> flags = new ArrayList<>(List.of(sizes));
    flags.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            // As Quarkus' own jar says: its threads clear their locals when they end.
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    return List.copyOf(flags);
  }

  /** The larger one where this machine, or container, has the memory for it. */
  public static Size fitting() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
            && machine.getTotalMemorySize() >= SERVER_MEMORY
        ? SERVER
        : SMALL;
  }

  /** Flags of each service's JVM. */
  public List<String> services() {
    return services;
  }

  public BrokerSettings broker() {
    return broker;
  }
}
