package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The containers' broker is as durable as the one that the tests prove, and speaks TLS alone. */
class ContainerBrokerTest {
  private static final Set<String> PLACES_AND_LINKS =
      Set.of(
          "listeners",
          "advertised.listeners",
          "listener.security.protocol.map",
          "controller.quorum.voters",
          "log.dirs",
          "authorizer.class.name",
          "super.users");

  @Test
  void itIsSetAsTheTestsBrokerButForItsPlaceAndItsLinks() throws IOException {
    Map<String, String> ofContainer = sorted(container());
    ofContainer.keySet().removeIf(key -> PLACES_AND_LINKS.contains(key) || key.startsWith("ssl."));
    Map<String, String> ofTests =
        sorted(
            BrokerSettings.small()
                .properties(Path.of("x"), BrokerNode.on(List.of("127.0.0.1")).getFirst()));
    ofTests.keySet().removeAll(PLACES_AND_LINKS);

    assertThat(ofContainer).isEqualTo(ofTests);
  }

  @Test
  void s3_everyListenerIsMutualTls() throws IOException {
    assertThat(sorted(container()))
        .containsEntry("listeners", "CLIENT://:9092,CONTROLLER://localhost:9093")
        .containsEntry("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:SSL")
        .containsEntry("ssl.client.auth", "required")
        .containsEntry("ssl.enabled.protocols", "TLSv1.3,TLSv1.2")
        .containsEntry("super.users", "User:broker;User:administrator")
        .doesNotContainKeys(
            "allow.everyone.if.no.acl.found", "ssl.endpoint.identification.algorithm")
        .allSatisfy((key, value) -> assertThat(key).doesNotStartWith("listener.name."));
  }

  private static Properties container() throws IOException {
    Properties properties = new Properties();
    Path file = Path.of("../../deploy/docker/broker/broker.properties");
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return properties;
  }

  private static Map<String, String> sorted(Properties properties) {
    Map<String, String> sorted = new TreeMap<>();
    properties.forEach((key, value) -> sorted.put(key.toString(), value.toString()));
    return sorted;
  }
}
