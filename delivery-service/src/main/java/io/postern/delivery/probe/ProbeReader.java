package io.postern.delivery.probe;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.delivery.requests.RequestReader;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The reader of probe.requests. A request whose asker has given up is skipped, by the log's clock.
 * Owner: its {@link RequestReader}'s thread.
 */
final class ProbeReader implements AutoCloseable {
  /** Takes a request with the time that is left of it; does not block. */
  interface Work {
    void begin(ProbeRequest request, long leftMillis);
  }

  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();

  private final LogClock clock;
  private final Work work;
  private final RequestReader requests;

  ProbeReader(LogSettings settings, LogClock clock, Work work) {
    this.clock = clock;
    this.work = work;
    requests =
        new RequestReader(
            settings, ConsumerGroups.DELIVERY_PROBES, Topics.PROBE_REQUESTS, this::take);
  }

  void start() {
    requests.start();
  }

  private void take(ConsumerRecord<String, byte[]> record) throws InvalidProtocolBufferException {
    ProbeRequest request = ProbeRequest.parseFrom(record.value());
    long patience =
        Math.clamp(request.getDeadlineMillis() - request.getAskedAtMillis(), 0, LONGEST_MILLIS);
    long left = record.timestamp() + patience - clock.millis();
    if (left > 0) {
      work.begin(request, left);
    }
  }

  @Override
  public void close() {
    requests.close();
  }
}
