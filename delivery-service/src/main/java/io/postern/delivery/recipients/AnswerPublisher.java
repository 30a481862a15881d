package io.postern.delivery.recipients;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientExistence;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Locale;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The publisher of recipients.answers. An answer that the log does not take is lost: its asker gets
 * none, which is unknown. Any thread; a call waits half a second at most, for a log that is away.
 */
final class AnswerPublisher implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final int MOST_DETAIL = 256;

  private final LogClock clock;
  private final MeterRegistry registry;
  private final OccasionalLog log = new OccasionalLog(AnswerPublisher.class);
  private final KafkaProducer<String, byte[]> producer;

  AnswerPublisher(LogSettings settings, LogClock clock, MeterRegistry registry) {
    this.clock = clock;
    this.registry = registry;
    this.producer = new KafkaProducer<>(settings.questioner());
  }

  void unknown(String address, String domain, String why) {
    publish(
        RecipientAnswer.newBuilder()
            .setAddress(address)
            .setDomain(domain)
            .setExistence(RecipientExistence.RECIPIENT_UNKNOWN)
            .setDetail(why.length() <= MOST_DETAIL ? why : why.substring(0, MOST_DETAIL))
            .build());
  }

  void publish(RecipientAnswer answer) {
    String existence = answer.getExistence().name().toLowerCase(Locale.ROOT);
    registry
        .counter(
            "postern.delivery.recipient.answers",
            "existence",
            existence.substring("recipient_".length()))
        .increment();
    long sent = clock.ownMillis();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(
                  Topics.RECIPIENT_ANSWERS, answer.getAddress(), answer.toByteArray()),
              (metadata, failure) -> {
                if (failure != null) {
                  log.warn("a recipient check result could not be published", failure);
                } else {
                  clock.stamped(sent, metadata.timestamp());
                }
              });
    } catch (KafkaException e) {
      log.warn("a recipient check result could not be published", e);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
