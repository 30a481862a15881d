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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The containers' brokers are as durable as those that the tests prove, and speak TLS alone. */
class ContainerBrokerTest {
  private static final String ALONE = "alone flushed";
  private static final String CLUSTER = "cluster";
  private static final String FLUSHED_CLUSTER = "cluster flushed";
  private static final Set<String> PLACES_AND_LINKS =
      Set.of(
          "node.id",
          "listeners",
          "advertised.listeners",
          "listener.security.protocol.map",
          "controller.quorum.voters",
          "log.dirs",
          "authorizer.class.name",
          "super.users");

  @ParameterizedTest
  @ValueSource(strings = {ALONE, CLUSTER, FLUSHED_CLUSTER})
  void itIsSetAsTheTestsBrokerButForItsPlaceAndItsLinks(String kind) throws IOException {
    Map<String, String> ofContainer = container(kind);
    ofContainer.keySet().removeIf(key -> PLACES_AND_LINKS.contains(key) || key.startsWith("ssl."));
    List<String> hosts =
        kind.equals(ALONE) ? List.of("127.0.0.1") : List.of("127.0.0.1", "127.0.0.2", "127.0.0.3");
    BrokerSettings small = BrokerSettings.small();
    BrokerSettings settings = kind.equals(FLUSHED_CLUSTER) ? small.withFlushes() : small;
    Map<String, String> ofTests =
        sorted(settings.properties(Path.of("x"), BrokerNode.on(hosts).getFirst()));
    ofTests.keySet().removeAll(PLACES_AND_LINKS);

    assertThat(ofContainer).isEqualTo(ofTests);
  }

  @ParameterizedTest
  @ValueSource(strings = {ALONE, CLUSTER, FLUSHED_CLUSTER})
  void s3_everyListenerIsMutualTls(String kind) throws IOException {
    assertThat(container(kind))
        .containsEntry("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:SSL")
        .containsEntry("ssl.client.auth", "required")
        .containsEntry("ssl.enabled.protocols", "TLSv1.3,TLSv1.2")
        .containsEntry("super.users", "User:broker;User:administrator")
        .doesNotContainKeys(
            "allow.everyone.if.no.acl.found", "ssl.endpoint.identification.algorithm")
        .allSatisfy((key, value) -> assertThat(key).doesNotStartWith("listener.name."));
  }

  @Test
  void theControllerOfOneIsItsOwnAffairAndThreeAreAQuorum() throws IOException {
    assertThat(container(ALONE))
        .containsEntry("listeners", "CLIENT://:9092,CONTROLLER://localhost:9093")
        .containsEntry("controller.quorum.voters", "1@localhost:9093");
    assertThat(container(CLUSTER))
        .containsEntry("listeners", "CLIENT://:9092,CONTROLLER://:9093")
        .containsEntry("controller.quorum.voters", "1@broker:9093,2@broker-2:9093,3@broker-3:9093")
        .doesNotContainKeys(
            "node.id", "advertised.listeners"); // the start's, which knows who it is
  }

  /**
   * As deploy/docker/broker/start lays them together.
   *
   * @param kind names of files behind broker.properties
   */
  private static Map<String, String> container(String kind) throws IOException {
    Map<String, String> all = sorted(read("broker.properties"));
    for (String name : kind.split(" ", -1)) {
      Map<String, String> own = sorted(read(name + ".properties"));
      assertThat(own).as("said once").doesNotContainKeys(all.keySet().toArray(String[]::new));
      all.putAll(own);
    }
    return all;
  }

  private static Properties read(String name) throws IOException {
    Properties properties = new Properties();
    Path file = Path.of("../../deploy/docker/broker", name);
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
