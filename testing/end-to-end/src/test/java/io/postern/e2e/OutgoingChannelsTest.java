package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** The producers of the services' channels, as application.properties configures them. */
class OutgoingChannelsTest {
  private static final Pattern OUTGOING =
      Pattern.compile("mp\\.messaging\\.outgoing\\.([^.]+)\\.(.+)");

  /**
   * One handshake that Kafka refuses ends an idempotent producer for good, and a channel never
   * makes another: its records would be lost until a restart (decision 29).
   */
  @Test
  void noChannelHasAnIdempotentProducer() throws IOException {
    Map<String, Boolean> idempotent = new TreeMap<>();
    for (Path file : services()) {
      channels(file)
          .forEach(
              (name, settings) ->
                  idempotent.put(
                      Project.root().relativize(file).getName(0) + " " + name,
                      new ProducerConfig(settings)
                          .getBoolean(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG)));
    }
    assertThat(idempotent).hasSizeGreaterThan(10);
    assertThat(idempotent).allSatisfy((_, isIdempotent) -> assertThat(isIdempotent).isFalse());
  }

  private static Iterable<Path> services() throws IOException {
    try (Stream<Path> modules = Files.list(Project.root())) {
      return modules
          .map(module -> module.resolve("src/main/resources/application.properties"))
          .filter(Files::exists)
          .sorted()
          .toList();
    }
  }

  private static Map<String, Map<String, Object>> channels(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader text = Files.newBufferedReader(file)) {
      properties.load(text);
    }
    Map<String, Map<String, Object>> channels = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      Matcher outgoing = OUTGOING.matcher(key);
      if (outgoing.matches()) {
        channels
            .computeIfAbsent(outgoing.group(1), _ -> settings())
            .put(outgoing.group(2), properties.getProperty(key));
      }
    }
    return channels;
  }

  private static Map<String, Object> settings() {
    return new HashMap<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1",
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class));
  }
}
