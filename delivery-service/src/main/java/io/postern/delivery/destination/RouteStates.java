package io.postern.delivery.destination;

import io.postern.contracts.v1.RouteState;
import io.postern.service.Every;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The publication of this replica's destinations in {@code mail.routes}, every 5 s, for people. A
 * thread of its own; at most 500 destinations a time, dead ones first, each when it changed or
 * after a minute. A state that the log does not take is dropped.
 */
public final class RouteStates implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int MOST = 500;

  private final Destinations destinations;
  private final String replica;
  private final Consumer<RouteState> log;
  private final Every every =
      new Every(
          RouteStates.class, "route-states", "the states of destinations could not be published");

  /**
   * @param replica this process, by which people distinguish replicas
   * @param log takes a state, never blocks
   */
  public RouteStates(Destinations destinations, String replica, Consumer<RouteState> log) {
    this.destinations = destinations;
    this.replica = replica;
    this.log = log;
  }

  public void start() {
    every.repeat(PERIOD, this::publish);
  }

  void publish() {
    List<RouteState> states = destinations.statesToPublish(replica, MOST);
    long at = System.currentTimeMillis();
    states.forEach(state -> log.accept(state.toBuilder().setAtMillis(at).build()));
  }

  @Override
  public void close() {
    every.close();
  }
}
