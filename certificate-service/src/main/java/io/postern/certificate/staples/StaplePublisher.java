package io.postern.certificate.staples;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OcspStaple;
import io.postern.log.certificates.OcspStaples;
import io.postern.log.sending.RecordSink;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * The publisher to {@code certificate.staples}. A record that the log did not take is counted; its
 * answer is asked for again a minute later. Any thread; never blocks.
 */
@ApplicationScoped
class StaplePublisher {
  private static final int WAITING = 100;

  private final RecordSink records;
  private final MeterRegistry meters;

  StaplePublisher(RecordSink records, MeterRegistry meters) {
    this.records = records.atMost(WAITING);
    this.meters = meters;
  }

  void publish(OcspStaple staple) {
    records.send(
        Topics.CERTIFICATE_STAPLES,
        OcspStaples.key(staple),
        staple.toByteArray(),
        () -> meters.counter("postern.certificate.records.lost").increment());
  }
}
