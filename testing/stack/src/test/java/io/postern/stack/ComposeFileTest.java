package io.postern.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.link.RenewableSslEngineFactory;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of the containers, whoever edits docker-compose.yml. */
class ComposeFileTest {
  private static final Path ROOT = Path.of("../..");
  private static final Set<String> REGISTRY_IMAGES =
      Set.of("eclipse-temurin:25.0.4.1_1-jre", "postgres:18.6", "prom/prometheus:v3.5.0");
  private static ComposeFile compose;

  @BeforeAll
  static void read() throws IOException {
    compose = ComposeFile.read(ROOT.resolve("docker-compose.yml"));
  }

  static List<String> all() {
    return List.copyOf(compose.services().keySet());
  }

  static List<String> longRunning() {
    return all().stream()
        .filter(name -> !"no".equals(compose.service(name).get("restart")))
        .toList();
  }

  @Test
  void brokerServicesAndWhatServesThemAreThere() {
    assertThat(all())
        .containsExactlyInAnyOrder(
            "certificates",
            "log-setup",
            "broker",
            "ingress-service",
            "policy-service",
            "certificate-service",
            "delivery-service",
            "console-service",
            "postgres",
            "administrator",
            "postern",
            "check",
            "example-partner",
            "example-mailbox",
            "prometheus");
    assertThat(longRunning()).hasSize(11);
  }

  @Test
  void upStartsNeitherCommandsNorTheExampleNorPrometheus() {
    Map<String, String> profiles = new TreeMap<>();
    compose
        .services()
        .forEach(
            (name, service) ->
                ComposeFile.list(service.get("profiles"))
                    .forEach(profile -> profiles.put(name, profile)));
    assertThat(profiles)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "administrator", "tools",
                "postern", "tools",
                "check", "tools",
                "example-partner", "example",
                "example-mailbox", "example",
                "prometheus", "monitoring"));
  }

  @Test
  void commandsReadTheFilesBesideThisOneAndTheOneWithAWayOutHasNoKeys() {
    for (String command : List.of("postern", "check")) {
      assertThat(ComposeFile.list(compose.service(command).get("volumes"))).contains(".:/work:ro");
      assertThat(compose.service(command)).containsEntry("working_dir", "/work");
    }
    assertThat(ComposeFile.list(compose.service("postern").get("networks"))).containsExactly("log");
    assertThat(compose.service("check"))
        .doesNotContainKey("environment")
        .containsEntry("networks", List.of("outside"))
        .containsEntry("volumes", List.of(".:/work:ro"));
  }

  @Test
  void theExampleIsAnInstallationOfItsOwnWithItsOwnAuthority() throws IOException {
    Properties example = new Properties();
    try (Reader reader = Files.newBufferedReader(ROOT.resolve("deploy/docker/example.env"))) {
      example.load(reader);
    }
    assertThat(example)
        .containsEntry("COMPOSE_PROJECT_NAME", "postern-example")
        .containsEntry("COMPOSE_PROFILES", "example")
        .containsEntry("POSTERN_ANCHORS_FOLDER", "example-anchors");
    String text = Files.readString(ROOT.resolve("docker-compose.yml"));
    assertThat(example.stringPropertyNames())
        .filteredOn(name -> name.startsWith("POSTERN_"))
        .allSatisfy(name -> assertThat(text).contains("${" + name + ":-"));
    assertThat(ComposeFile.list(compose.service("example-partner").get("volumes")))
        .containsExactly(
            "example-keys:/var/lib/postern/example",
            "example-anchors:/var/lib/postern/example-anchors");
  }

  @Test
  void prometheusCollectsFromEachServiceOverTlsThatItChecks() throws IOException {
    String settings = Files.readString(ROOT.resolve("deploy/docker/prometheus/prometheus.yml"));
    for (Service service : Service.values()) {
      assertThat(settings)
          .contains(
              "- job_name: " + service.module() + "\n    scheme: https",
              "server_name: " + service.module() + "}",
              "names: [" + service.module() + "], type: A, port: 9000,");
    }
    assertThat(settings).doesNotContain("insecure_skip_verify");
    assertThat(ComposeFile.list(compose.service("prometheus").get("volumes")))
        .contains("monitoring-authority:/etc/postern/authority:ro");
  }

  @ParameterizedTest
  @MethodSource("all")
  void noContainerHasMoreRightsThanItNeeds(String name) {
    ContainerRules.noMoreRightsThanItNeeds(compose.service(name));
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyContainerIsBounded(String name) {
    ContainerRules.isBounded(compose.service(name));
  }

  /** Half of the memory is heap, and half of that may be the directory. */
  @ParameterizedTest
  @EnumSource
  void theDirectoryThatMayBeWrittenCanBeReadByEachService(Service service) {
    Map<String, Object> policy =
        ComposeFile.map(compose.service("policy-service").get("environment"));
    String limit = String.valueOf(compose.service(service.module()).get("mem_limit"));
    assertThat(Integer.parseInt(ComposeFile.text(policy.get("POSTERN_QUOTAS_ALL_MEMORY"))))
        .isLessThan(Integer.parseInt(limit.replace("m", "")) / 4);
  }

  @ParameterizedTest
  @MethodSource("longRunning")
  void whatRunsOnIsWatchedRestartedAndEndedInPeace(String name) {
    ContainerRules.isWatchedRestartedAndEndedInPeace(compose.service(name));
  }

  @ParameterizedTest
  @EnumSource
  void eachServiceReachesTheLogOverMutualTlsWithKeysOfItsOwn(Service service) {
    Map<String, Object> container = compose.service(service.module());
    String principal = service.module().replace("-service", "");
    assertThat(ComposeFile.map(container.get("environment")))
        .containsEntry("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
        .containsEntry("KAFKA_SECURITY_PROTOCOL", "SSL")
        .containsEntry("KAFKA_SSL_KEYSTORE_LOCATION", "/etc/postern/log/keys.pem")
        .containsEntry("KAFKA_SSL_TRUSTSTORE_LOCATION", "/etc/postern/log/authority.pem")
        .doesNotContainKey("KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM");
    assertThat(ComposeFile.list(container.get("volumes")))
        .contains(principal + "-keys:/etc/postern/log:ro");
    assertThat(ComposeFile.map(container.get("build")).get("args"))
        .isEqualTo(Map.of("SERVICE", service.module()));
  }

  @ParameterizedTest
  @EnumSource
  void eachServiceSpeaksHttpOverTlsAlone(Service service) {
    Map<String, Object> container = compose.service(service.module());
    Map<String, Object> environment = ComposeFile.map(container.get("environment"));
    assertThat(environment)
        .containsEntry("QUARKUS_MANAGEMENT_HOST", "0.0.0.0")
        .containsEntry("QUARKUS_MANAGEMENT_TLS_CONFIGURATION_NAME", "http")
        .containsEntry("QUARKUS_TLS_HTTP_KEY_STORE_PEM__0__KEY", "/etc/postern/log/http/keys.pem")
        .containsKey("QUARKUS_TLS_HTTP_RELOAD_PERIOD");
    assertThat(ComposeFile.list(container.get("networks"))).contains("management");
    if (service.hasApi()) {
      assertThat(environment)
          .containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0")
          .containsEntry("QUARKUS_HTTP_TLS_CONFIGURATION_NAME", "http")
          .containsEntry("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled");
      assertThat(ComposeFile.list(container.get("ports")))
          .allSatisfy(port -> assertThat(port).endsWith(":8443"));
    } else {
      assertThat(environment).doesNotContainKey("QUARKUS_HTTP_HOST");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void nobodyAsksAServiceInPlaintext(String name) {
    assertThat(ComposeFile.map(compose.service(name).get("environment")).values())
        .noneMatch(value -> String.valueOf(value).startsWith("http://"));
  }

  @Test
  void metricsAreCollectedInANetworkWithoutAWayOutThatTheBrokerIsNotIn() {
    assertThat(ComposeFile.map(compose.part("networks").get("management")))
        .containsEntry("internal", true);
    compose
        .services()
        .forEach(
            (name, container) ->
                assertThat(ComposeFile.list(container.get("networks")).contains("management"))
                    .as(name)
                    .isEqualTo(name.endsWith("-service") || name.equals("prometheus")));
    assertThat(ComposeFile.map(compose.service("postern").get("environment")))
        .containsEntry("POSTERN_AUTHORITY_FILE", "/etc/postern/log/authority.pem")
        .containsKeys(
            "POSTERN_HEALTH_INGRESS_SERVICE",
            "POSTERN_HEALTH_POLICY_SERVICE",
            "POSTERN_HEALTH_CERTIFICATE_SERVICE",
            "POSTERN_HEALTH_DELIVERY_SERVICE",
            "POSTERN_HEALTH_CONSOLE_SERVICE");
  }

  @Test
  void aPrivateKeyIsMountedForItsHolderAndItsMakerAlone() {
    for (String volume : compose.part("volumes").keySet()) {
      Set<String> holders = new TreeSet<>();
      compose
          .services()
          .forEach(
              (name, service) -> {
                if (ComposeFile.list(service.get("volumes")).stream()
                    .anyMatch(mount -> mount.startsWith(volume + ":"))) {
                  holders.add(name);
                }
              });
      if (volume.equals("log-authority")) {
        assertThat(holders).containsExactly("certificates");
      } else if (volume.equals("administrator-keys")) {
        assertThat(holders)
            .containsExactly("administrator", "certificates", "log-setup", "postern");
      } else if (volume.equals("token-keys")) { // public ones
        assertThat(holders)
            .containsExactly("certificate-service", "console-service", "policy-service");
      } else if (volume.equals("example-keys")) {
        assertThat(holders).containsExactly("example-mailbox", "example-partner");
      } else if (volume.equals("monitoring-authority")) {
        assertThat(holders).containsExactly("certificates", "prometheus");
      } else if (volume.endsWith("-keys") || volume.endsWith("-secrets")) {
        assertThat(holders).as(volume).hasSize(2).contains("certificates");
      } else if (volume.endsWith("api-credentials")) {
        assertThat(holders).containsExactly("policy-service", "postern");
      } else {
        assertThat(holders).as(volume).hasSize(1);
      }
    }
  }

  @Test
  void theAuthoritysKeyIsWithOneThatRunsOnWithoutANetworkAndTheBrokerWaitsForItsWork() {
    assertThat(compose.service("certificates"))
        .containsEntry("network_mode", "none")
        .containsEntry("restart", "unless-stopped")
        .doesNotContainKeys("ports", "networks");
    assertThat(ComposeFile.map(compose.service("broker").get("depends_on")))
        .containsEntry("certificates", Map.of("condition", "service_healthy"));
  }

  /** The broker and all channels; LogSettings has it for the other clients. */
  @Test
  void newCertificatesAreTakenUpWithoutARestart() {
    String factory = "ssl.engine.factory.class=" + RenewableSslEngineFactory.class.getName();
    assertThat(ROOT.resolve("deploy/docker/broker/broker.properties"))
        .content()
        .containsPattern("(?m)^" + factory + "$");
    assertThat(ComposeFile.map(compose.service("broker").get("build")))
        .containsEntry("target", "broker");
    assertThat(
            ROOT.resolve(
                "libraries/service/src/main/resources/META-INF/microprofile-config.properties"))
        .content()
        .containsPattern("(?m)^kafka." + factory + "$");
    for (Service service : Service.values()) {
      Path own = Path.of(service.module(), "src/main/resources/application.properties");
      assertThat(ROOT.resolve(own)).content().doesNotContain("ssl.engine.factory");
    }
  }

  @Test
  void theBrokerIsOnANetworkWithoutAWayOutAndPublishesNothing() {
    assertThat(ComposeFile.map(compose.part("networks").get("log")))
        .containsEntry("internal", true);
    assertThat(ComposeFile.list(compose.service("broker").get("networks"))).containsExactly("log");
    assertThat(compose.service("broker")).doesNotContainKey("ports");
  }

  @Test
  void onlySmtpIsPublishedAndTheRestToThisMachineAlone() {
    Map<String, List<String>> published = new TreeMap<>();
    compose
        .services()
        .forEach(
            (name, service) -> {
              if (service.containsKey("ports")) {
                published.put(name, ComposeFile.list(service.get("ports")));
              }
            });
    assertThat(published)
        .containsOnlyKeys(
            "certificate-service",
            "console-service",
            "ingress-service",
            "policy-service",
            "prometheus");
    assertThat(published.remove("ingress-service")).containsExactly("25:2525");
    // One port each: of a range Docker gives a container that starts again another one.
    assertThat(published.values())
        .allSatisfy(
            ports ->
                assertThat(ports).singleElement().asString().matches("127\\.0\\.0\\.1:\\d+:\\d+"));
  }

  @Test
  void theDatabaseIsOnANetworkWithoutAWayOutWithTheConsoleAloneWhichItKnowsByCertificate()
      throws IOException {
    assertThat(ComposeFile.map(compose.part("networks").get("store")))
        .containsEntry("internal", true);
    compose
        .services()
        .forEach(
            (name, container) ->
                assertThat(ComposeFile.list(container.get("networks")).contains("store"))
                    .as(name)
                    .isEqualTo(Set.of("postgres", "console-service").contains(name)));
    assertThat(ComposeFile.list(compose.service("postgres").get("networks")))
        .containsExactly("store");
    assertThat(compose.service("postgres")).doesNotContainKey("ports");
    assertThat(
            Files.readAllLines(ROOT.resolve("deploy/docker/postgres/pg_hba.conf")).stream()
                .filter(line -> line.startsWith("host")))
        .containsExactly(
            "hostssl console console all cert",
            "hostssl console console_search all cert map=search");
    assertThat(ComposeFile.map(compose.service("console-service").get("environment")))
        .doesNotContainKey("QUARKUS_DATASOURCE_PASSWORD")
        .extractingByKey("QUARKUS_DATASOURCE_JDBC_URL")
        .asString()
        .contains("sslmode=verify-full");
  }

  @ParameterizedTest
  @EnumSource(Service.class)
  void anyReplicaCanBeAddedBecauseNothingIsNamedForOneOnly(Service service) {
    assertThat(compose.service(service.module()))
        .doesNotContainKeys("container_name", "hostname", "deploy");
  }

  @Test
  void theSchedulersStateIsEachReplicasOwn() {
    Map<String, Object> policy = compose.service("policy-service");
    assertThat(ComposeFile.map(policy.get("environment")))
        .containsEntry("POSTERN_SCHEDULE_STATE_FOLDER", "/var/lib/postern/state");
    // A volume without a name.
    assertThat(ComposeFile.list(policy.get("volumes"))).contains("/var/lib/postern/state");
  }

  /** Beside the module's jar there may be the one for partners, which has other classes. */
  @Test
  void theToolsAreTheModulesJarAndNoOther() throws IOException {
    for (String file : List.of("deploy/docker/Dockerfile", ".dockerignore")) {
      String pattern =
          Files.readAllLines(ROOT.resolve(file)).stream()
              .flatMap(line -> Stream.of(line.split("[ !]", -1)))
              .filter(word -> word.startsWith("postern/target/postern-"))
              .findFirst()
              .orElseThrow();
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      assertThat(matcher.matches(Path.of("postern/target/postern-0.1.0.jar"))).isTrue();
      assertThat(matcher.matches(Path.of("postern/target/postern-check.jar"))).as(file).isFalse();
    }
  }

  @Test
  void everyImageIsBuiltHereOrOneOfThree() throws IOException {
    Set<String> pulled = new HashSet<>();
    compose
        .services()
        .values()
        .forEach(
            service -> {
              if (!service.containsKey("build")) {
                pulled.add(String.valueOf(service.get("image")));
              }
              assertThat(service).doesNotContainKey("pull_policy");
            });
    List<String> dockerfile = Files.readAllLines(ROOT.resolve("deploy/docker/Dockerfile"));
    dockerfile.stream()
        .filter(line -> line.startsWith("FROM ") && !line.startsWith("FROM base "))
        .forEach(line -> pulled.add(line.split(" ", -1)[1]));
    assertThat(pulled).allMatch(image -> image.matches("[^@]+@sha256:[0-9a-f]{64}"));
    assertThat(pulled.stream().map(image -> image.replaceAll("@.*", "")))
        .containsExactlyInAnyOrderElementsOf(REGISTRY_IMAGES);
    assertThat(dockerfile).noneMatch(line -> line.startsWith("# syntax="));
    assertThat(dockerfile).contains("USER 1000:1000");
    // Shell form would keep SIGTERM from the service.
    assertThat(dockerfile.stream().filter(line -> line.startsWith("ENTRYPOINT")))
        .isNotEmpty()
        .allMatch(line -> line.startsWith("ENTRYPOINT [\"java\","));
  }
}
