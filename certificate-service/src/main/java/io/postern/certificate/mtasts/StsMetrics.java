package io.postern.certificate.mtasts;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.StsPolicyState;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Numbers of requests, fetches and states. Any thread. */
final class StsMetrics {
  private record Counts(long inForce, long failing, long without, double oldestSeconds) {}

  private final MeterRegistry meters;
  private volatile Counts counts = new Counts(0, 0, 0, 0);

  /**
   * @param inProgress fetches that run, or wait for their turn
   */
  StsMetrics(MeterRegistry meters, FetchesInProgress inProgress) {
    this.meters = meters;
    meters.gauge("postern.certificate.sts.fetching", inProgress, FetchesInProgress::count);
    states("in-force", all -> all.counts.inForce());
    states("failing", all -> all.counts.failing());
    states("without", all -> all.counts.without());
    Gauge.builder("postern.certificate.sts.oldest", this, all -> all.counts.oldestSeconds())
        .baseUnit("seconds")
        .strongReference(true)
        .register(meters);
  }

  private void states(String state, ToDoubleFunction<StsMetrics> count) {
    Gauge.builder("postern.certificate.sts.policies", this, count)
        .tag("state", state)
        .strongReference(true)
        .register(meters);
  }

  void request(String fate) {
    meters.counter("postern.certificate.sts.requests", "fate", fate).increment();
  }

  void fetch(String result) {
    meters.counter("postern.certificate.sts.fetches", "result", result).increment();
  }

  void count(List<StsPolicyState> states, long now) {
    long inForce = 0;
    long failing = 0;
    long without = 0;
    long oldest = 0;
    for (StsPolicyState state : states) {
      if (!FetchTimes.inForce(state, now)) {
        without++;
        continue;
      }
      oldest = Math.max(oldest, now - state.getFetchedMillis());
      if (state.hasFailure()) {
        failing++;
      } else {
        inForce++;
      }
    }
    counts = new Counts(inForce, failing, without, oldest / 1000.0);
  }
}
