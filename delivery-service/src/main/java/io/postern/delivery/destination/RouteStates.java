package io.postern.delivery.destination;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RouteState;
import io.postern.log.sending.RecordSink;
import io.postern.service.Every;
import java.time.Duration;

/**
 * The publication of this replica's destinations in {@code mail.routes}, keyed by the route, every
 * 5 s, for people. A thread of its own; at most 500 destinations a time, dead ones first, each when
 * it changed or after a minute; at most 1,000 records wait. A state that does not fit, or that the
 * log does not take, is dropped and counted: the next one says more.
 */
public final class RouteStates implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final int MOST = 500;
  private static final int WAITING = 1_000;

  private final Destinations destinations;
  private final String replica;
  private final RecordSink records;
  private final Counter published;
  private final Counter dropped;
  private final Every every =
      new Every(
          RouteStates.class, "route-states", "the states of destinations could not be published");

  /**
   * @param replica this process, by which people distinguish replicas
   */
  public RouteStates(
      Destinations destinations, String replica, RecordSink records, MeterRegistry registry) {
    this.destinations = destinations;
    this.replica = replica;
    this.records = records.atMost(WAITING);
    published = registry.counter("postern.delivery.route.records", "result", "told");
    dropped = registry.counter("postern.delivery.route.records", "result", "dropped");
  }

  public void start() {
    every.repeat(PERIOD, this::publish);
  }

  void publish() {
    long at = System.currentTimeMillis();
    for (RouteState state : destinations.statesToPublish(replica, MOST)) {
      byte[] value = state.toBuilder().setAtMillis(at).build().toByteArray();
      records
          .send(Topics.MAIL_ROUTES, state.getRoute(), value)
          .whenComplete((done, failure) -> (failure == null ? published : dropped).increment());
    }
  }

  @Override
  public void close() {
    every.close();
  }
}
