package io.postern.delivery.probe;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * The reader of probe.requests, as a member of a group: one replica has a request. At most once, as
 * verdicts are asked for: the position is committed before the work, and a request whose asker has
 * given up is skipped, by the log's clock. It never waits for a host. Owner: its thread.
 */
final class ProbeReader implements AutoCloseable {
  /** Takes a request with the time that is left of it; does not block. */
  interface Work {
    void begin(ProbeRequest request, long leftMillis);
  }

  private static final Duration POLL = Duration.ofSeconds(2); // a record ends it at once
  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();

  private final LogClock clock;
  private final Work work;
  private final OccasionalLog log = new OccasionalLog(ProbeReader.class);
  private final ConsumerThread thread;

  ProbeReader(LogSettings settings, LogClock clock, Work work) {
    this.clock = clock;
    this.work = work;
    Properties properties = settings.consumer(ConsumerGroups.DELIVERY_PROBES);
    // Requests are kept for an hour: after a longer rest the position is gone, and nobody waits.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    thread =
        new ConsumerThread(
            "probe-requests",
            () -> new KafkaConsumer<>(properties),
            Topics.PROBE_REQUESTS + " cannot be read",
            log,
            this::begin);
  }

  void start() {
    thread.start();
  }

  private ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
    consumer.subscribe(List.of(Topics.PROBE_REQUESTS));
    return () -> turn(consumer);
  }

  private void turn(KafkaConsumer<String, byte[]> consumer) {
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    if (!records.isEmpty()) {
      consumer.commitAsync();
      records.forEach(this::take);
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    ProbeRequest request;
    try {
      request = ProbeRequest.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      log.warn("a request of a validation at offset " + record.offset() + " cannot be read", e);
      return;
    }
    long patience =
        Math.clamp(request.getDeadlineMillis() - request.getAskedAtMillis(), 0, LONGEST_MILLIS);
    long left = record.timestamp() + patience - clock.millis();
    if (left > 0) {
      work.begin(request, left);
    }
  }

  @Override
  public void close() {
    thread.close();
  }
}
