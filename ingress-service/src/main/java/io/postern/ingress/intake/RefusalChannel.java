package io.postern.ingress.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageRefused;
import io.postern.log.OccasionalLog;
import io.postern.log.sending.RecordSink;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The publisher of mail.refusals, whose key is the client's address. Bound: 1,000 records of 4 MiB
 * in all wait; while the log takes none, it drops and counts the newest.
 */
@ApplicationScoped
public class RefusalChannel implements Refusals {
  private static final int WAITING = 1_000;
  private static final long WAITING_BYTES = 4 << 20;

  private final RecordSink records;
  private final Counter published;
  private final Counter dropped;
  private final AtomicLong waiting = new AtomicLong();
  private final OccasionalLog log = new OccasionalLog(RefusalChannel.class);

  @Inject
  public RefusalChannel(RecordSink records, MeterRegistry registry) {
    this.records = records.atMost(WAITING);
    this.published = registry.counter("postern.ingress.refusal.records", "result", "told");
    this.dropped = registry.counter("postern.ingress.refusal.records", "result", "dropped");
  }

  @Override
  public void record(MessageRefused refusal) {
    int size = refusal.getSerializedSize();
    if (waiting.addAndGet(size) > WAITING_BYTES) {
      waiting.addAndGet(-size);
      dropped(new IllegalStateException("too many bytes are queued"));
      return;
    }
    records
        .send(Topics.MAIL_REFUSALS, refusal.getSession().getClientIp(), refusal.toByteArray())
        .whenComplete(
            (done, failure) -> {
              waiting.addAndGet(-size);
              if (failure == null) {
                published.increment();
              } else {
                dropped(failure);
              }
            });
  }

  private void dropped(Throwable why) {
    dropped.increment();
    log.warn("Refusal records are dropped, Kafka does not accept them", why);
  }
}
