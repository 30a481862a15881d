package io.postern.delivery.probe;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.ConnectorValidation;
import io.postern.contracts.v1.ProbeResult;
import io.postern.log.LogClock;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The publisher of probe.results and connector.validations. A record that the log does not take is
 * lost, and its asker validates again. Any thread; a call waits half a second at most.
 */
final class ProbePublisher implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final LogClock clock;
  private final OccasionalLog log = new OccasionalLog(ProbePublisher.class);
  private final KafkaProducer<String, byte[]> producer;

  ProbePublisher(LogSettings settings, LogClock clock) {
    this.clock = clock;
    this.producer = new KafkaProducer<>(settings.questioner());
  }

  void publish(ProbeResult result) {
    send(Topics.PROBE_RESULTS, result.getProbeId(), result.toByteArray());
  }

  void publish(ConnectorValidation validation) {
    send(
        Topics.CONNECTOR_VALIDATIONS,
        validation.getOrganization() + "/" + validation.getConnector(),
        validation.toByteArray());
  }

  private void send(String topic, String key, byte[] value) {
    long sent = clock.ownMillis();
    try {
      var unused =
          producer.send(
              new ProducerRecord<>(topic, key, value),
              (metadata, failure) -> {
                if (failure != null) {
                  log.warn("a step of a validation could not be published", failure);
                } else {
                  clock.stamped(sent, metadata.timestamp());
                }
              });
    } catch (KafkaException e) {
      log.warn("a step of a validation could not be published", e);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
