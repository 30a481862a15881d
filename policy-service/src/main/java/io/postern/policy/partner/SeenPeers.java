package io.postern.policy.partner;

import io.postern.contracts.Spelling;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicOnDemand;
import io.postern.log.rules.Newest;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The peers that proved themselves in handshakes with us, from certificate.handshakes: the {@value
 * #MOST} kinds seen last. Reading begins with the first question. Thread-safe; questions wait for
 * it until 5 s after the first one, and are then answered from what is there.
 */
@Singleton
class SeenPeers {
  static final int MOST = 20_000;
  private static final int MOST_SHOWN = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final TopicOnDemand topic;
  private final Map<String, HandshakeSeen> newest = new Newest<>(MOST);
  private long patientUntil; // 0: nobody has asked

  SeenPeers(LogSettings settings) {
    topic = new TopicOnDemand(settings, Topics.CERTIFICATE_HANDSHAKES, this::take);
  }

  private synchronized void take(ConsumerRecord<String, byte @Nullable []> record)
      throws IOException {
    newest.remove(record.key());
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    HandshakeSeen seen = HandshakeSeen.parseFrom(value);
    if (!seen.getPeer().isEmpty()) {
      newest.put(record.key(), seen);
    }
  }

  /**
   * Those of a domain that connectors of the organization took mail from (G8), the newest first.
   */
  List<PartnerView.SeenView> of(String organization, String domain) {
    awaitRead();
    synchronized (this) {
      return newest.values().stream()
          .filter(seen -> seen.getOrganization().equals(organization))
          .filter(seen -> seen.getPeer().equals(domain) || seen.getPeer().endsWith("." + domain))
          .sorted(Comparator.comparingLong(HandshakeSeen::getLastSeenMillis).reversed())
          .limit(MOST_SHOWN)
          .map(
              seen ->
                  new PartnerView.SeenView(
                      seen.getPeer(),
                      seen.getConnector(),
                      Spelling.of(seen.getVersion()) + " " + seen.getSuite(),
                      Instant.ofEpochMilli(seen.getLastSeenMillis()).toString()))
          .toList();
    }
  }

  private void awaitRead() {
    Duration patience;
    synchronized (this) {
      if (patientUntil == 0) {
        patientUntil = System.nanoTime() + PATIENCE.toNanos();
      }
      patience = Duration.ofNanos(patientUntil - System.nanoTime());
    }
    try {
      var unused = topic.awaitRead(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @PreDestroy
  void close() {
    topic.close();
  }
}
