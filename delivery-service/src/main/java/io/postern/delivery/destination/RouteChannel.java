package io.postern.delivery.destination;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.RouteState;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The channel {@code mail-routes}, by which states of destinations get into mail.routes, keyed by
 * the route. At most 1,000 records wait. One that does not fit, or that the log does not take, is
 * dropped and counted: the next one says more. Any thread; never blocks.
 */
@ApplicationScoped
public class RouteChannel {
  private static final int WAITING = 1_000;

  private final Emitter<Record<String, byte[]>> emitter;
  private final Counter published;
  private final Counter dropped;

  @Inject
  public RouteChannel(
      @Channel("mail-routes") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte[]>> emitter,
      MeterRegistry registry) {
    this.emitter = emitter;
    this.published = registry.counter("postern.delivery.route.records", "result", "told");
    this.dropped = registry.counter("postern.delivery.route.records", "result", "dropped");
  }

  public void publish(RouteState state) {
    try {
      emitter
          .send(Record.of(state.getRoute(), state.toByteArray()))
          .whenComplete((done, failure) -> (failure == null ? published : dropped).increment());
    } catch (IllegalStateException full) { // no room among the waiting, or the service stops
      dropped.increment();
    }
  }
}
