package io.postern.certificate.mtasts;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.StsPolicyState;
import io.postern.log.sending.RecordSink;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

  private final RecordSink records;
  private final MeterRegistry meters;
  private final Set<String> unpublished = new LinkedHashSet<>(); // guarded by itself

  StatePublisher(RecordSink records, MeterRegistry meters) {
    this.records = records.atMost(WAITING);
    this.meters = meters;
  }

  /**
   * @param state null: the domain has none any more
   */
  void publish(String domain, @Nullable StsPolicyState state) {
    byte[] value = state == null ? null : state.toByteArray();
    records.send(Topics.MTA_STS_POLICIES, domain, value, () -> lost(domain));
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
