package io.postern.log;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of certificate.verdicts from its start into the cache and answers who waits. Owns a
 * thread; a log that is away is tried for ever, and what is known stays known until it ends.
 */
final class VerdictReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final LogSettings settings;
  private final VerdictCache cache;
  private final ConcurrentMap<VerdictKey, PendingVerdict> pending;
  private final OccasionalLog log = new OccasionalLog(KafkaVerdicts.class);
  private final Thread thread =
      Thread.ofPlatform().daemon().name("verdict-reader").unstarted(this::run);
  private volatile @Nullable KafkaConsumer<String, byte[]> reading;
  private volatile boolean closed;

  VerdictReader(
      LogSettings settings, VerdictCache cache, ConcurrentMap<VerdictKey, PendingVerdict> pending) {
    this.settings = settings;
    this.cache = cache;
    this.pending = pending;
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    KafkaConsumer<String, byte[]> consumer = reading;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      if (!thread.join(CLOSE)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        readOn();
      } catch (WakeupException e) {
        // closed
      } catch (RuntimeException e) {
        log.warn("verdicts cannot be read, trying again", e);
        pause();
      } finally {
        reading = null;
      }
    }
  }

  private void readOn() {
    KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader(false));
    try (var closing = ClosingClients.closing(consumer)) {
      reading = consumer;
      follow(consumer);
    }
  }

  private void follow(KafkaConsumer<String, byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topics.CERTIFICATE_VERDICTS).stream()
            .map(p -> new TopicPartition(p.topic(), p.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("there is no topic " + Topics.CERTIFICATE_VERDICTS);
    }
    cache.ready(false);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ahead = new HashMap<>(consumer.endOffsets(partitions));
    while (!closed) {
      for (ConsumerRecord<String, byte[]> entry : consumer.poll(ahead.isEmpty() ? POLL : PAUSE)) {
        take(entry);
      }
      if (!ahead.isEmpty()) {
        ahead.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (ahead.isEmpty()) {
          log.over("verdicts are read");
          becomeReady();
        }
      }
    }
  }

  private void take(ConsumerRecord<String, byte[]> entry) {
    if (entry.value() == null) {
      return; // nobody's verdict
    }
    try {
      VerdictRecord content = VerdictRecord.parseFrom(entry.value());
      switch (content.getRecordCase()) {
        case VERDICT ->
            judged(
                VerdictKey.of(content.getVerdict().getVerdictKey().toByteArray()),
                content.getVerdict());
        case ANCHORS -> announced(content.getAnchors());
        case REVOCATION -> cache.announce(content.getRevocation());
        case RECORD_NOT_SET -> {
          // of a newer writer
        }
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      // Nobody's verdict: who waits for it hears "unavailable" (G4).
      log.warn("a verdict at offset " + entry.offset() + " cannot be read", e);
    }
  }

  private void judged(VerdictKey key, CertificateVerdict verdict) {
    cache.put(key, verdict);
    PendingVerdict waiting = pending.get(key);
    if (waiting == null || !cache.ready()) {
      return;
    }
    if (cache.isVoid(verdict)) {
      // Its version's announcement may come a moment later, in another partition.
      waiting.early(verdict);
    } else {
      waiting.answer().complete(verdict);
    }
  }

  private void announced(AnchorSetAnnouncement announcement) {
    cache.announce(announcement);
    for (PendingVerdict waiting : pending.values()) {
      CertificateVerdict early = waiting.early();
      if (early != null && !cache.isVoid(early)) {
        waiting.answer().complete(early);
      }
    }
  }

  private void becomeReady() {
    cache.ready(true);
    pending.forEach(
        (key, waiting) -> {
          CertificateVerdict known = cache.get(key);
          if (known != null) {
            waiting.answer().complete(known);
          }
        });
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }
}
