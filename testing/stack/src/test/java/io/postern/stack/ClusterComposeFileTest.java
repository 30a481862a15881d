package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of three brokers and two of each service: the cluster's file over the other. */
class ClusterComposeFileTest {
  private static final Path ROOT = Path.of("../..");
  private static final Path OVER = ROOT.resolve("docker-compose.cluster.yml");
  private static final Set<String> BROKERS = Set.of("broker", "broker-2", "broker-3");
  private static final String DEPLOYMENT = "${POSTERN_DEPLOYMENT:-cluster}";
  private static ComposeFile compose;
  private static ComposeFile over;

  @BeforeAll
  static void read() throws IOException {
    over = ComposeFile.read(OVER);
    compose = ComposeFile.read(ROOT.resolve("docker-compose.yml")).under(over);
  }

  static List<String> all() {
    return List.copyOf(compose.services().keySet());
  }

  static List<String> changed() {
    return List.copyOf(over.services().keySet());
  }

  static List<String> changedAndLongRunning() {
    return changed().stream()
        .filter(name -> !"no".equals(compose.service(name).get("restart")))
        .toList();
  }

  static Set<String> brokers() {
    return BROKERS;
  }

  @ParameterizedTest
  @MethodSource("changed")
  void itsContainersKeepTheRules(String name) {
    ContainerRules.noMoreRightsThanItNeeds(compose.service(name));
    ContainerRules.isBounded(compose.service(name));
  }

  @ParameterizedTest
  @MethodSource("changedAndLongRunning")
  void whatRunsOnIsWatchedRestartedAndEndedInPeace(String name) {
    ContainerRules.isWatchedRestartedAndEndedInPeace(compose.service(name));
  }

  @ParameterizedTest
  @MethodSource("brokers")
  void aBrokerHasANumberItsOwnKeysAndItsOwnDisk(String name) throws IOException {
    Map<String, Object> broker = compose.service(name);
    String number = name.equals("broker") ? "1" : name.replace("broker-", "");
    assertThat(ComposeFile.map(broker.get("environment")))
        .containsOnly(
            Map.entry("BROKER_NODE", number), Map.entry("POSTERN_LOG_DEPLOYMENT", DEPLOYMENT));
    assertThat(ComposeFile.list(broker.get("volumes")))
        .containsExactlyInAnyOrder(
            "./deploy/docker/broker:/etc/postern/broker:ro",
            name + "-keys:/etc/kafka/secrets:ro",
            name + "-data:/var/lib/kafka/data",
            "cluster:/var/lib/kafka/cluster");
    assertThat(ComposeFile.list(broker.get("networks"))).containsExactly("log");
    assertThat(broker).doesNotContainKey("ports");
    assertThat(ComposeFile.list(compose.service("certificates").get("command")))
        .contains("--broker=" + name);
    assertThat(ComposeFile.list(compose.service("certificates").get("volumes")))
        .contains(name + "-keys:/certificates/" + name);
    assertThat(ComposeFile.map(compose.service("log-setup").get("depends_on")))
        .containsEntry(name, Map.of("condition", "service_healthy"));
    assertThat(voters()).contains(number + "@" + name + ":9093");
  }

  @Test
  void everybodyWhoReadsTheLogKnowsAllThreeAndThatTheyAreACluster() {
    for (String name : all()) {
      Map<String, Object> environment = ComposeFile.map(compose.service(name).get("environment"));
      if (environment.containsKey("KAFKA_BOOTSTRAP_SERVERS")) {
        assertThat(environment)
            .as(name)
            .containsEntry("KAFKA_BOOTSTRAP_SERVERS", "broker:9092,broker-2:9092,broker-3:9092")
            .containsEntry("POSTERN_LOG_DEPLOYMENT", DEPLOYMENT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void thereAreTwoOfEachService(Service service) {
    assertThat(compose.service(service.module())).containsEntry("scale", 2);
    assertThat(ComposeFile.list(compose.service(service.module()).get("ports")))
        .hasSize(service.hasApi() ? 1 : 0)
        .allSatisfy(port -> assertThat(port).matches("127\\.0\\.0\\.1:(\\d+)-\\d+:8443"));
  }

  @Test
  void ingressTakesSessionsFromTheBalancerAloneWhichAloneHasSmtpsPort() throws IOException {
    Map<String, Object> balancer = compose.service("balancer");
    Object place = ComposeFile.map(balancer.get("networks")).get("balanced");
    String address = ComposeFile.text(ComposeFile.map(place).get("ipv4_address"));
    assertThat(
            ComposeFile.text(
                ComposeFile.map(compose.service("ingress-service").get("environment"))
                    .get("POSTERN_INGRESS_LISTENERS_MX_BALANCERS")))
        .isEqualTo(address);
    assertThat(ComposeFile.map(compose.part("networks").get("balanced")))
        .containsEntry("internal", true);
    Set<String> there = new TreeSet<>();
    compose
        .services()
        .forEach(
            (name, service) -> {
              if (ComposeFile.list(service.get("networks")).contains("balanced")) {
                there.add(name);
              }
            });
    assertThat(there).containsExactly("ingress-service");
    assertThat(ComposeFile.list(balancer.get("ports"))).containsExactly("25:2525");
    // The name of ingress-service must mean its addresses in that network, whose balancer it knows.
    assertThat(ComposeFile.map(balancer.get("networks")).keySet())
        .containsExactlyInAnyOrder("entrance", "balanced");
    assertThat(Files.readString(ROOT.resolve("deploy/docker/balancer/haproxy.cfg")))
        .contains("ingress-service:2525 send-proxy-v2 check check-send-proxy");
  }

  @Test
  void itsImagesAreBuiltHereOrGivenByTheirDigest() {
    for (String name : changed()) {
      Map<String, Object> service = compose.service(name);
      if (!service.containsKey("build")) {
        assertThat(String.valueOf(service.get("image")))
            .matches("haproxy:[^@]+@sha256:[0-9a-f]{64}");
      }
    }
  }

  @Test
  void everyVolumeThatIsNamedIsThere() {
    assertThat(over.part("volumes").keySet())
        .containsExactlyInAnyOrder(
            "broker-2-data", "broker-3-data", "broker-2-keys", "broker-3-keys", "cluster");
  }

  private static List<String> voters() throws IOException {
    Properties properties = new Properties();
    try (var reader =
        Files.newBufferedReader(ROOT.resolve("deploy/docker/broker/cluster.properties"))) {
      properties.load(reader);
    }
    return List.of(properties.getProperty("controller.quorum.voters").split(",", -1));
  }
}
