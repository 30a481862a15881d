package io.postern.delivery.destination;

import java.time.Duration;

/** Settings for tests: the defaults. */
public final class DestinationsLab {
  public static final DestinationSettings SETTINGS =
      new DestinationSettings(
          5,
          20,
          0,
          5,
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofMinutes(10),
          10_000);

  private DestinationsLab() {}

  /** One delivery at a time to each destination, dead after so many failures. */
  public static DestinationSettings one(int failures, Duration patience) {
    return new DestinationSettings(
        1,
        1,
        0,
        failures,
        Duration.ofSeconds(10),
        Duration.ofMinutes(5),
        patience,
        Duration.ofSeconds(5),
        Duration.ofMinutes(10),
        100);
  }

  /** With a clock and a share that the test moves. */
  public static Destinations destinations(
      DestinationSettings settings,
      java.util.function.BooleanSupplier crowded,
      java.util.function.LongSupplier clock) {
    return new Destinations(settings, () -> 1, crowded, () -> false, clock, false);
  }

  /** Of mail hosts, each with so many sessions at first and five times as many at most. */
  public static Destinations hosts(
      int initial,
      Duration patience,
      java.util.function.BooleanSupplier crowded,
      java.util.function.LongSupplier clock) {
    DestinationSettings settings =
        new DestinationSettings(
            5,
            20,
            0,
            5,
            Duration.ofSeconds(10),
            Duration.ofMinutes(5),
            patience,
            Duration.ofSeconds(5),
            Duration.ofMinutes(10),
            10_000);
    return new Destinations(
        settings.ofHosts(5 * initial, 0), () -> 1, crowded, () -> false, clock, true);
  }
}
