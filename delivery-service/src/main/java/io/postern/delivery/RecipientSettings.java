package io.postern.delivery;

import static io.postern.service.CheckedSettings.atLeast;
import static io.postern.service.CheckedSettings.positive;

import io.postern.delivery.destination.DestinationSettings;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.session.Connections;
import io.postern.delivery.session.Timeouts;
import java.time.Duration;

/**
 * The bounds of questions about recipients, apart from those of deliveries: they take no slot and
 * no kept connection from them. Immutable.
 */
record RecipientSettings(int perMinute, Duration timeout, Duration pause, Duration idleTime) {
  private static final int CONNECTIONS = 2; // to one route at a time, of this replica
  private static final int KEPT = 50;
  private static final int USES = 1_000;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration QUIT = Duration.ofSeconds(5);
  private static final int ROUTES = 10_000;

  static RecipientSettings of(DeliverySettings.Recipients settings) {
    String key = "postern.delivery.recipients.";
    return new RecipientSettings(
        atLeast(key + "per-minute", settings.perMinute(), 1),
        positive(key + "timeout", settings.timeout()),
        positive(key + "pause", settings.pause()),
        positive(key + "idle-time", settings.idleTime()));
  }

  Connections connections() {
    return new Connections(KEPT, USES, idleTime, QUIT);
  }

  Timeouts timeouts() {
    return new Timeouts(timeout, timeout, timeout, timeout, timeout, timeout, timeout, QUIT);
  }

  /** One failure is enough: a dead route answers nobody, and is dialled once in each pause. */
  Destinations destinations() {
    Duration longest = pause.compareTo(LONGEST_PAUSE) > 0 ? pause : LONGEST_PAUSE;
    return new Destinations(
        new DestinationSettings(
            CONNECTIONS, CONNECTIONS, 0, 1, pause, longest, PATIENCE, pause, longest, ROUTES),
        () -> 1,
        () -> false,
        () -> false);
  }
}
