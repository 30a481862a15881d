package io.postern.certificate.mtasts;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.StsPolicyState;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * The publisher of states to {@code mta-sts.policies}. A record that the log did not take is
 * counted, and published again when its caller says so, in the state of that time; at most {@value
 * #MOST_UNPUBLISHED} of them, beyond which a domain is left to its next fetch. Any thread; never
 * blocks.
 */
@ApplicationScoped
public class StatePublisher {
  private static final int WAITING = 1000;
  private static final int MOST_UNPUBLISHED = 2000;

  private final Emitter<Record<String, byte @Nullable []>> emitter;
  private final MeterRegistry meters;
  private final Set<String> unpublished = new LinkedHashSet<>(); // guarded by itself

  StatePublisher(
      @Channel("sts-policies") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte @Nullable []>> emitter,
      MeterRegistry meters) {
    this.emitter = emitter;
    this.meters = meters;
  }

  /**
   * @param state null: the domain has none any more
   */
  void publish(String domain, @Nullable StsPolicyState state) {
    byte[] value = state == null ? null : state.toByteArray();
    try {
      emitter
          .send(Record.of(domain, value))
          .whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  lost(domain);
                }
              });
    } catch (IllegalStateException full) {
      lost(domain);
    }
  }

  private void lost(String domain) {
    meters.counter("postern.certificate.records.lost").increment();
    synchronized (unpublished) {
      if (unpublished.size() < MOST_UNPUBLISHED) {
        unpublished.add(domain);
      }
    }
  }

  /** Publishes again for each domain whose last record the log did not take. */
  void publishAgain(PolicyStates states) {
    List<String> again;
    synchronized (unpublished) {
      again = List.copyOf(unpublished);
      unpublished.clear();
    }
    again.forEach(domain -> publish(domain, states.get(domain)));
  }
}
