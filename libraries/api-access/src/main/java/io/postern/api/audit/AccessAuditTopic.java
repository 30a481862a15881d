package io.postern.api.audit;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The writer of {@code access.audit}. Events wait in a queue of 10,000 while Kafka is unavailable,
 * and are dropped beyond, with a line in the log now and then; the service's own log has the
 * emergency sign-ins in any case. Owns a thread and, from the first event on, a producer.
 */
@ApplicationScoped
public class AccessAuditTopic implements AccessAudit {
  private static final int MOST_WAITING = 10_000;
  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int MOST_TEXT = 1_000;
  private static final int BUFFER_BYTES = 1 << 20;

  private final LogSettings settings;
  private final String service;
  private final OccasionalLog log = new OccasionalLog(AccessAuditTopic.class);
  private final BlockingQueue<AccessEvent> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final MinuteCounts counts = new MinuteCounts();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("access-audit").unstarted(this::run);
  private volatile boolean closed;
  private @Nullable KafkaProducer<String, byte[]> producer; // the thread's

  AccessAuditTopic(
      LogSettings settings, @ConfigProperty(name = "quarkus.application.name") String service) {
    this.settings = settings;
    this.service = service;
  }

  void begin(@Observes TopicsVerified topics) {
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join(PATIENCE);
  }

  @Override
  public void record(AccessEvent.Builder event) {
    AccessEvent whole =
        event
            .setAtMillis(System.currentTimeMillis())
            .setService(service)
            .setUser(bounded(event.getUser()))
            .setBy(bounded(event.getBy()))
            .setDetail(bounded(event.getDetail()))
            .build();
    if (!waiting.offer(whole)) {
      dropped.incrementAndGet();
    }
  }

  private static String bounded(String text) {
    return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) : text;
  }

  @Override
  public void refused(AccessEventKind kind, String user, String network, String detail) {
    counts.add(kind, user, network, bounded(detail));
  }

  private void run() {
    long minute = System.nanoTime() + MINUTE_NANOS;
    while (!closed) {
      try {
        AccessEvent event =
            waiting.poll(Math.max(1, minute - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (System.nanoTime() - minute >= 0) {
          minute = System.nanoTime() + MINUTE_NANOS;
          counts.take().forEach(this::record);
          reportDropped();
        }
        if (event != null) {
          write(event);
        }
      } catch (InterruptedException e) {
        break; // stop
      }
    }
    counts.take().forEach(this::record);
    for (AccessEvent event = waiting.poll(); event != null; event = waiting.poll()) {
      if (!send(event)) {
        break;
      }
    }
    drop();
  }

  private void reportDropped() {
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      log.warn(lost + " access events were not recorded: Kafka did not take them in time", null);
    }
  }

  /** Again until Kafka takes it: events keep their order. */
  private void write(AccessEvent event) throws InterruptedException {
    while (!closed && !send(event)) {
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private boolean send(AccessEvent event) {
    try {
      KafkaProducer<String, byte[]> current = producer;
      if (current == null) {
        Properties properties = settings.producer();
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
        current = new KafkaProducer<>(properties);
        producer = current;
      }
      current
          .send(new ProducerRecord<>(Topics.ACCESS_AUDIT, event.getUser(), event.toByteArray()))
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      log.over("access events are recorded");
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      log.failed("access events cannot be recorded, trying again", e);
      drop();
      return false;
    }
  }

  private void drop() {
    KafkaProducer<String, byte[]> used = producer;
    producer = null;
    if (used != null) {
      used.close(CLOSE);
    }
  }
}
