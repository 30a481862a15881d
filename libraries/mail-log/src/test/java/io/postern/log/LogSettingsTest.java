package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.TopicDeclaration;
import io.postern.link.RenewableSslEngineFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogSettingsTest {
  @ParameterizedTest
  @ValueSource(strings = {"localhost:9092", "127.0.0.1:1", "127.0.0.9:1,LOCALHOST:2", "[::1]:9092"})
  void plaintextStaysOnTheMachine(String servers) {
    assertThat(new LogSettings(Map.of("bootstrap.servers", servers)).client()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | '' | kafka.bootstrap.servers",
        "broker | '' | kafka.bootstrap.servers",
        "broker:9092 | '' | kafka.security.protocol",
        "localhost:1,broker:9092 | '' | kafka.security.protocol",
        "127.0.0.1.example.com:9092 | '' | kafka.security.protocol",
        "broker:9092 | security.protocol=SASL_PLAINTEXT | kafka.security.protocol",
        "broker:9092 | security.protocol=SSL | kafka.ssl.keystore.location",
        "broker:9092 | security.protocol=SSL;ssl.keystore.key.location=k;ssl.truststore.type=PEM;ssl.truststore.location=a | kafka.ssl.keystore.certificate.chain.location is missing",
        "broker:9092 | security.protocol=SSL;ssl.keystore.certificate.chain.location=c;ssl.truststore.type=PEM;ssl.truststore.location=a | kafka.ssl.keystore.key.location is missing",
        "broker:9092 | security.protocol=SSL;ssl.keystore.certificate.chain.location=c;ssl.keystore.key.location=k;ssl.truststore.location=a | kafka.ssl.truststore.location is missing, or ssl.truststore.type is not PEM",
        "broker:9092 | security.protocol=SSL;ssl.keystore.certificate.chain.location=c;ssl.keystore.key.location=k;ssl.keystore.location=b;ssl.truststore.type=PEM;ssl.truststore.location=a | kafka.ssl.keystore.location is set in addition",
        "broker:9092 | security.protocol=SSL;ssl.keystore.location=k;ssl.endpoint.identification.algorithm= | kafka.ssl.endpoint",
        "broker:9092 | security.protocol=SSL;ssl.keystore.location=k;ssl.enabled.protocols=TLSv1.1,TLSv1.2 | kafka.ssl.enabled.protocols",
      })
  void aWeakLinkIsRefusedAndTheKeyNamed(String servers, String more, String key) {
    assertThatThrownBy(() -> new LogSettings(client(servers, more)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "security.protocol=SSL;ssl.keystore.location=k",
        "security.protocol=SSL;ssl.keystore.certificate.chain.location=c;ssl.keystore.key.location=k;ssl.truststore.type=PEM;ssl.truststore.location=a",
        "security.protocol=SASL_SSL",
        "security.protocol=SSL;ssl.keystore.key=k;ssl.enabled.protocols=TLSv1.2,TLSv1.3"
      })
  void mutualTlsIsAccepted(String more) {
    assertThat(new LogSettings(client("broker:9092", more)).client()).isNotEmpty();
  }

  @Test
  void allClientsTakeUpPemFilesThatAreReplaced() {
    String link = "security.protocol=SSL;ssl.keystore.location=k;ssl.keystore.type=";
    LogSettings pem = new LogSettings(client("broker:9092", link + "PEM"));
    String key = "ssl.engine.factory.class";
    String ours = RenewableSslEngineFactory.class.getName();
    assertThat(pem.client()).containsEntry(key, ours);
    for (Properties any : List.of(pem.producer(), pem.consumer("x"), pem.admin(), pem.follower())) {
      assertThat(any).containsEntry(key, ours);
    }
    assertThat(
            new LogSettings(
                    client(
                        "broker:9092",
                        "security.protocol=SSL;ssl.keystore.certificate.chain.location=c;ssl.keystore.key.location=k;"
                            + "ssl.truststore.type=PEM;ssl.truststore.location=a"))
                .client())
        .containsEntry(key, ours);
    assertThat(new LogSettings(client("broker:9092", link + "PKCS12")).client())
        .doesNotContainKey(key);
    assertThat(new LogSettings(client("broker:9092", link + "PEM;" + key + "=other")).client())
        .containsEntry(key, "other");
  }

  @Test
  void theRulesForProducersAndReadersAreSet() {
    LogSettings settings = new LogSettings(Map.of("bootstrap.servers", "localhost:1"));
    assertThat(settings.producer())
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("linger.ms", 0)
        .containsEntry("max.in.flight.requests.per.connection", 1)
        .containsEntry("batch.size", 524_288)
        .containsEntry("buffer.memory", 24L << 20)
        .containsEntry("max.request.size", TopicDeclaration.LARGEST_MESSAGE_BYTES);
    for (Properties any : List.of(settings.producer(), settings.consumer("x"), settings.admin())) {
      assertThat(any)
          .containsEntry("send.buffer.bytes", -1)
          .containsEntry("receive.buffer.bytes", -1)
          .containsEntry("metric.reporters", "")
          .containsEntry("enable.metrics.push", false);
    }
    assertThat(settings.follower())
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("fetch.max.wait.ms", 2_500);
    assertThat(settings.transactionalProducer("decider"))
        .containsEntry("transaction.timeout.ms", 5_000)
        .containsEntry("batch.size", 131_072)
        .containsEntry("retry.backoff.ms", 1);
    assertThat(settings.transactionalProducer("decider").get("transactional.id"))
        .isNotEqualTo(settings.transactionalProducer("decider").get("transactional.id"));
    assertThat(settings.consumer("postern-delivery"))
        .containsEntry("group.protocol", "classic")
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("auto.offset.reset", "none")
        .containsEntry("enable.auto.commit", false);
    assertThat(String.valueOf(settings.consumer("x").get("partition.assignment.strategy")))
        .endsWith("CooperativeStickyAssignor");
    assertThat(settings.reader(false)).containsEntry("isolation.level", "read_uncommitted");
  }

  @Test
  void theConfigurationsKafkaKeysAreTheClients() {
    Map<String, String> configuration =
        Map.of(
            "kafka.bootstrap.servers",
            "localhost:1",
            "quarkus.http.port",
            "1",
            "kafka.ssl.protocol",
            "TLSv1.3");
    LogSettings settings = LogSettings.of(configuration.keySet(), configuration::get);
    assertThat(settings.client())
        .isEqualTo(Map.of("bootstrap.servers", "localhost:1", "ssl.protocol", "TLSv1.3"));
  }

  @Test
  void theUsualKeysAreFoundThoughTheEnvironmentSpellsThemItsOwnWay() {
    Map<String, String> found = Map.of("kafka.bootstrap.servers", "localhost:1");
    assertThat(LogSettings.of(List.of("KAFKA_BOOTSTRAP_SERVERS"), found::get).client())
        .isEqualTo(Map.of("bootstrap.servers", "localhost:1"));
  }

  private static Map<String, String> client(String servers, String more) {
    Map<String, String> client = new HashMap<>(Map.of("bootstrap.servers", servers));
    for (String entry : more.split(";", -1)) {
      if (!entry.isEmpty()) {
        client.put(entry.substring(0, entry.indexOf('=')), entry.substring(entry.indexOf('=') + 1));
      }
    }
    return client;
  }
}
