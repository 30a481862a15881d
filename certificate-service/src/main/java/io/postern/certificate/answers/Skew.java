package io.postern.certificate.answers;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.log.LogClock;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Clocks that differ from the log's: those of the callers, by each question, and this machine's.
 * They change no deadline ({@link LogClock}), but end verdicts and lists early or late, so they are
 * logged, now and then, and measured. Any thread.
 */
final class Skew {
  /** A question is in the log within this, but when the log is slow. */
  private static final Duration LARGE = Duration.ofSeconds(5);

  private final OccasionalLog askers = new OccasionalLog(Skew.class);
  private final OccasionalLog own = new OccasionalLog(Skew.class);
  private final DistributionSummary summary;
  private final LogClock log;
  private final InstantSource clock;

  Skew(LogClock log, InstantSource clock, MeterRegistry meters) {
    this.log = log;
    this.clock = clock;
    this.summary =
        DistributionSummary.builder("postern.certificate.questions.skew")
            .baseUnit("seconds")
            .register(meters);
    meters.gauge("postern.certificate.clock.skew", this, skew -> skew.ownMillis() / 1000.0);
  }

  /** By how much the log's clock is ahead of this machine's; negative: behind. */
  long ownMillis() {
    return log.millis() - clock.millis();
  }

  /**
   * @param stampMillis the log's time of the question
   */
  void asked(CertificateRequest request, long stampMillis) {
    if (request.getAskedAtMillis() == 0) {
      return; // of an older version
    }
    long behind = stampMillis - request.getAskedAtMillis();
    summary.record(Math.abs(behind) / 1000.0);
    if (Math.abs(behind) >= LARGE.toMillis()) {
      askers.warn(
          "a certificate request arrived "
              + (behind > 0
                  ? behind
                      + " ms after it was sent, by its sender's clock: that clock is behind "
                      + "Kafka's, or Kafka is slow"
                  : -behind
                      + " ms before it was sent, by its sender's clock: that clock is ahead of "
                      + "Kafka's")
              + "; set the clocks of ingress-service, delivery-service and the brokers (NTP)",
          null);
    }
    long ours = ownMillis();
    if (Math.abs(ours) >= LARGE.toMillis()) {
      own.warn(
          "this machine's clock is %s ms %s Kafka's: set its clock and the brokers' (NTP)"
              .formatted(Math.abs(ours), ours > 0 ? "behind" : "ahead of"),
          null);
    }
  }
}
