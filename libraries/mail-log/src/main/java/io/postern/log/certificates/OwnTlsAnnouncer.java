package io.postern.log.certificates;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnTls;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Publisher of this replica's certificates and TLS capabilities to {@code certificate.own}: at its
 * start, within 10 s of a change and every six hours. At its end it publishes that the replica
 * presents nothing any more. It owns a thread; a producer lives as long as one record. A log that
 * is away is tried again for ever. Each record has its announcer's start, so that a late farewell
 * does not end a successor's announcement.
 */
public final class OwnTlsAnnouncer implements AutoCloseable {
  /** After this time without a record a replica counts as gone. */
  public static final Duration SILENT = Duration.ofHours(13);

  private static final Duration AGAIN = Duration.ofHours(6);
  // Well within the topic's retention.
  private static final Duration WHOLE_AGAIN = Duration.ofDays(30);
  private static final Duration LOOK = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final LogSettings settings;
  private final String service;
  private final String replica;
  private final Supplier<OwnTls> presented;
  private final Duration look;
  private final Duration farewell;
  private final long startMillis = System.currentTimeMillis();
  private final OccasionalLog log = new OccasionalLog(OwnTlsAnnouncer.class);
  private final Thread thread = Thread.ofVirtual().name("own-certificates").unstarted(this::run);
  private volatile boolean closed;

  /**
   * @param replica the same after a restart, and no other replica's of the service
   * @param presented certificates and capabilities as they are now; called by one thread, quick
   *     where nothing has changed
   */
  public OwnTlsAnnouncer(
      LogSettings settings, String service, String replica, Supplier<OwnTls> presented) {
    this(settings, service, replica, presented, LOOK, FAREWELL);
  }

  /**
   * @param look time between two looks at what is presented
   * @param farewell limit for the last record, at the end
   */
  OwnTlsAnnouncer(
      LogSettings settings,
      String service,
      String replica,
      Supplier<OwnTls> presented,
      Duration look,
      Duration farewell) {
    this.settings = settings;
    this.service = service;
    this.replica = replica;
    this.presented = presented;
    this.look = look;
    this.farewell = farewell;
  }

  public void start() {
    thread.start();
  }

  private void run() {
    OwnTls published = null;
    long publishedNanos = 0;
    long wholeNanos = 0;
    while (!closed) {
      try {
        OwnTls now = presented.get();
        boolean whole =
            !now.equals(published) || System.nanoTime() - wholeNanos >= WHOLE_AGAIN.toNanos();
        if (whole || System.nanoTime() - publishedNanos >= AGAIN.toNanos()) {
          publish(whole ? now : withoutChains(now), PATIENCE);
          published = now;
          publishedNanos = System.nanoTime();
          wholeNanos = whole ? publishedNanos : wholeNanos;
          log.over("the installation's certificates are published again");
        }
        TimeUnit.NANOSECONDS.sleep(look.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      } catch (RuntimeException | ExecutionException | TimeoutException e) {
        log.warn("the installation's certificates cannot be published, trying again", e);
        pause();
      }
    }
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(look.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  static OwnTls withoutChains(OwnTls whole) {
    OwnTls.Builder own = whole.toBuilder();
    own.getCertificatesBuilderList().forEach(OwnCertificate.Builder::clearChain);
    return own.build();
  }

  private void publish(OwnTls presented, Duration patience)
      throws InterruptedException, ExecutionException, TimeoutException {
    OwnTls record =
        presented.toBuilder()
            .setService(service)
            .setReplica(replica)
            .setAtMillis(System.currentTimeMillis())
            .setStartMillis(startMillis)
            .build();
    var properties = settings.producer();
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(patience.toMillis()));
    KafkaProducer<String, byte[]> producer = new KafkaProducer<>(properties);
    try {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_OWN, service + "/" + replica, record.toByteArray()))
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(PATIENCE);
      publish(OwnTls.getDefaultInstance(), farewell);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalThreadStateException
        | KafkaException
        | ExecutionException
        | TimeoutException e) {
      // Readers take silence for the same, only later.
      log.warn("the removal of the installation's certificates cannot be published", e);
    }
  }
}
