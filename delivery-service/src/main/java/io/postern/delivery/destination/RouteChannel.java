package io.postern.delivery.destination;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RouteState;
import io.postern.log.sending.RecordSink;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * The publisher of the states of destinations to mail.routes, keyed by the route. At most 1,000
 * records wait. One that does not fit, or that the log does not take, is dropped and counted: the
 * next one says more. Any thread; never blocks.
 */
@ApplicationScoped
public class RouteChannel {
  private static final int WAITING = 1_000;

  private final RecordSink records;
  private final Counter published;
  private final Counter dropped;

  @Inject
  public RouteChannel(RecordSink records, MeterRegistry registry) {
    this.records = records.atMost(WAITING);
    this.published = registry.counter("postern.delivery.route.records", "result", "told");
    this.dropped = registry.counter("postern.delivery.route.records", "result", "dropped");
  }

  public void publish(RouteState state) {
    records
        .send(Topics.MAIL_ROUTES, state.getRoute(), state.toByteArray())
        .whenComplete((done, failure) -> (failure == null ? published : dropped).increment());
  }
}
