package io.postern.api.audit;

import io.postern.contracts.Texts;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
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
  private static final Set<AccessEventKind> REPEATED =
      Set.of(AccessEventKind.SIGNED_IN, AccessEventKind.TOKEN_ISSUED);
  private static final int BUFFER_BYTES = 1 << 20;

  /** Wakes the thread. */
  private static final AccessEvent END = AccessEvent.getDefaultInstance();

  private final Supplier<Producer<String, byte[]>> producers;
  private final String service;
  private final OccasionalLog log = new OccasionalLog(AccessAuditTopic.class);
  private final BlockingQueue<AccessEvent> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final MinuteCounts counts = new MinuteCounts();
  private final MinuteRepeats repeats = new MinuteRepeats();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("access-audit").unstarted(this::run);
  private volatile boolean closed;
  private @Nullable Producer<String, byte[]> producer; // the thread's

  @Inject
  AccessAuditTopic(
      LogSettings settings, @ConfigProperty(name = "quarkus.application.name") String service) {
    this(() -> producer(settings), service);
  }

  AccessAuditTopic(Supplier<Producer<String, byte[]>> producers, String service) {
    this.producers = producers;
    this.service = service;
  }

  private static Producer<String, byte[]> producer(LogSettings settings) {
    Properties properties = settings.producer();
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    return new KafkaProducer<>(properties);
  }

  void begin(@Observes TopicsVerified topics) {
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    closed = true;
    if (thread.isAlive()) {
      var unused = waiting.offer(END); // no interrupt, which would end a record on its way
      thread.join(PATIENCE);
    }
  }

  @Override
  public void record(AccessEvent.Builder event) {
    AccessEvent whole =
        event
            .setUser(Texts.cut(event.getUser(), MOST_TEXT))
            .setBy(Texts.cut(event.getBy(), MOST_TEXT))
            .setDetail(Texts.cut(event.getDetail(), MOST_TEXT))
            .build();
    // Changes of who may what are recorded each by itself.
    if (!REPEATED.contains(whole.getKind()) || repeats.isFirst(whole)) {
      queue(whole.toBuilder());
    }
  }

  private void queue(AccessEvent.Builder event) {
    if (!waiting.offer(event.setAtMillis(System.currentTimeMillis()).setService(service).build())) {
      dropped.incrementAndGet();
    }
  }

  @Override
  public void refused(AccessEventKind kind, String user, String network, String detail) {
    counts.add(kind, user, network, Texts.cut(detail, MOST_TEXT));
  }

  private void run() {
    try {
      AccessEvent event = null; // what Kafka has not taken
      long minute = System.nanoTime() + MINUTE_NANOS;
      while (!closed) {
        if (event == null) {
          event = waiting.poll(Math.max(1, minute - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        if (System.nanoTime() - minute >= 0) {
          minute = System.nanoTime() + MINUTE_NANOS;
          queueCounts();
          reportDropped();
        }
        if (event != null && send(event)) {
          event = null;
        } else if (event != null) {
          TimeUnit.SECONDS.sleep(1); // then the same one: events keep their order
        }
      }
      queueCounts();
      AccessEvent left = event == null ? waiting.poll() : event;
      while (left != null && send(left)) {
        left = waiting.poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      drop();
    }
  }

  private void queueCounts() {
    counts.take().forEach(this::queue);
    repeats.take().forEach(this::queue);
  }

  private void reportDropped() {
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      log.warn(lost + " access events were not recorded: Kafka did not take them in time", null);
    }
  }

  /** False: Kafka does not take it now. */
  private boolean send(AccessEvent event) throws InterruptedException {
    if (event == END) {
      return true;
    }
    try {
      Producer<String, byte[]> current = producer;
      if (current == null) {
        current = producers.get();
        producer = current;
      }
      current
          .send(new ProducerRecord<>(Topics.ACCESS_AUDIT, event.getUser(), event.toByteArray()))
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      log.over("access events are recorded");
      return true;
    } catch (RuntimeException | ExecutionException | TimeoutException e) {
      log.failed("access events cannot be recorded, trying again", e);
      drop();
      return false;
    }
  }

  private void drop() {
    Producer<String, byte[]> used = producer;
    producer = null;
    if (used != null) {
      try {
        used.close(CLOSE);
      } catch (KafkaException e) {
        log.warn("a producer of access events was not closed", e);
      }
    }
  }
}
