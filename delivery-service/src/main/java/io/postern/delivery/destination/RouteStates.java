package io.postern.delivery.destination;

import io.postern.contracts.v1.RouteState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says every few seconds what this replica sees of its destinations, as {@code mail.routes} shows
 * it to people. A thread of its own; at most 500 destinations a time, dead ones first, each when
 * something changed or after a minute. What the log does not take is not said again.
 */
public final class RouteStates implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RouteStates.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int MOST = 500;

  private final Destinations destinations;
  private final String replica;
  private final Consumer<RouteState> log;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("route-states").daemon().unstarted(task));

  /**
   * @param replica this process, as people tell replicas apart
   * @param log takes a state, never blocks
   */
  public RouteStates(Destinations destinations, String replica, Consumer<RouteState> log) {
    this.destinations = destinations;
    this.replica = replica;
    this.log = log;
  }

  public void start() {
    var unused =
        ticker.scheduleWithFixedDelay(
            this::say, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  void say() {
    try {
      List<RouteState> states = destinations.tell(replica, MOST);
      long at = System.currentTimeMillis();
      states.forEach(state -> log.accept(state.toBuilder().setAtMillis(at).build()));
    } catch (RuntimeException e) {
      // A periodic task that throws is never run again.
      LOG.log(System.Logger.Level.ERROR, "the destinations' states could not be said", e);
    }
  }

  @Override
  public void close() {
    ticker.shutdownNow();
  }
}
