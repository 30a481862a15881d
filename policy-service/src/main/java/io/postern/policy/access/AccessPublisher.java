package io.postern.policy.access;

import io.postern.api.access.Access;
import io.postern.api.access.AccessTopic;
import io.postern.api.users.Users;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.service.TopicsVerified;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the topic {@code access} equal to the users' file and its ended sessions: at once after a
 * change of this replica, and each half second for changes of another one and for what Kafka did
 * not take. The files are read after what is compared with them, and nothing is published while
 * they cannot be: a former content of theirs goes over no newer record. Owns a thread, which no
 * failure ends, and, from the first difference on, a producer. A record that another replica has
 * written meanwhile is compared again at the next look, so that the file wins.
 */
@Singleton
class AccessPublisher {
  private static final Logger LOG = Logger.getLogger(AccessPublisher.class);
  private static final long LOOK_MILLIS = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final LogSettings settings;
  private final Users users;
  private final AccessTopic topic;
  private final OccasionalLog log = new OccasionalLog(AccessPublisher.class);
  private final Semaphore changed = new Semaphore(0);
  private final Thread thread =
      Thread.ofPlatform().daemon().name("access-publisher").unstarted(this::run);
  private volatile boolean closed;
  private @Nullable KafkaProducer<String, byte[]> producer; // the thread's

  AccessPublisher(LogSettings settings, Users users, AccessTopic topic) {
    this.settings = settings;
    this.users = users;
    this.topic = topic;
  }

  void begin(@Observes TopicsVerified topics) {
    users.onChange(changed::release);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    try {
      while (!closed) {
        publishGuarded();
        if (changed.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          changed.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      // stop
    } finally {
      if (!closed) {
        LOG.error(
            "changes of users and ended sessions reach the other services no longer: restart"
                + " policy-service");
      }
      drop();
    }
  }

  private void publishGuarded() throws InterruptedException {
    try {
      publish();
    } catch (RuntimeException e) {
      log.failed("users' roles and ended sessions are not published, trying again", e);
      drop();
    }
  }

  private void publish() throws InterruptedException {
    if (!topic.isRead()) {
      return;
    }
    Map<String, Access> published = topic.all(); // before the files, which are newer then
    Optional<Map<String, Access>> wanted = users.allAccessNow();
    if (wanted.isEmpty()) {
      log.warn(
          "users' roles and ended sessions are not published: one of their files cannot be used, see"
              + " above",
          null);
      return;
    }
    List<ProducerRecord<String, byte[]>> records = differences(wanted.get(), published);
    if (records.isEmpty()) {
      return;
    }
    try {
      KafkaProducer<String, byte[]> current = producer;
      if (current == null) {
        current = new KafkaProducer<>(settings.producer());
        producer = current;
      }
      List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
      for (ProducerRecord<String, byte[]> record : records) {
        sent.add(current.send(record));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      log.over("users' roles and ended sessions are published");
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      log.failed("users' roles and ended sessions are not published, trying again", e);
      drop();
    }
  }

  /** What the topic lacks of the file, and what it has more. */
  static List<ProducerRecord<String, byte[]>> differences(
      Map<String, Access> wanted, Map<String, Access> published) {
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
    wanted.forEach(
        (name, access) -> {
          if (!access.equals(published.get(name))) {
            records.add(
                new ProducerRecord<>(Topics.ACCESS, name, access.record(name).toByteArray()));
          }
        });
    for (String name : published.keySet()) {
      if (!wanted.containsKey(name)) {
        records.add(new ProducerRecord<>(Topics.ACCESS, name, null));
      }
    }
    return records;
  }

  private void drop() {
    KafkaProducer<String, byte[]> used = producer;
    producer = null;
    if (used != null) {
      try {
        used.close(CLOSE);
      } catch (KafkaException e) {
        log.warn("a producer of access was not closed", e);
      }
    }
  }
}
