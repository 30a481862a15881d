package io.postern.certificate.staples;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.v1.OcspStaple;
import io.postern.log.certificates.OcspStaples;
import io.smallrye.reactive.messaging.kafka.Record;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/**
 * The publisher to {@code certificate.staples}. A record that the log did not take is counted; its
 * answer is asked for again a minute later. Any thread; never blocks.
 */
@ApplicationScoped
class StaplePublisher {
  private static final int WAITING = 100;

  private final Emitter<Record<String, byte[]>> emitter;
  private final MeterRegistry meters;

  StaplePublisher(
      @Channel("staples") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = WAITING)
          Emitter<Record<String, byte[]>> emitter,
      MeterRegistry meters) {
    this.emitter = emitter;
    this.meters = meters;
  }

  void publish(OcspStaple staple) {
    try {
      emitter
          .send(Record.of(OcspStaples.key(staple), staple.toByteArray()))
          .whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  lost();
                }
              });
    } catch (IllegalStateException full) {
      lost();
    }
  }

  private void lost() {
    meters.counter("postern.certificate.records.lost").increment();
  }
}
