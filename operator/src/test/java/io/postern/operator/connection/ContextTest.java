package io.postern.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextTest {
  @TempDir Path folder;

  private Map<String, String> file(String text) throws Exception {
    return Context.read(Files.writeString(folder.resolve("context.properties"), text));
  }

  @Test
  void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
    Map<String, String> file = file("kafka.bootstrap.servers=127.0.0.1:1\n");
    Map<String, String> environment = Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:2");
    Map<String, String> line = Map.of("kafka.bootstrap.servers", "127.0.0.1:3");
    assertThat(servers(new Context(file, Map.of(), Map.of()))).isEqualTo("127.0.0.1:1");
    assertThat(servers(new Context(file, environment, Map.of()))).isEqualTo("127.0.0.1:2");
    assertThat(servers(new Context(file, environment, line))).isEqualTo("127.0.0.1:3");
  }

  private static String servers(Context context) {
    return new Installation(context).kafka().client().getOrDefault("bootstrap.servers", "");
  }

  @Test
  void filesThatAContextNamesLieBesideIt() throws Exception {
    Context context =
        new Context(
            file(
                "postern.policy.credentials-file=credentials\nkafka.ssl.keystore.location=keys.pem\n"),
            Map.of(),
            Map.of());
    assertThat(context.value("postern.policy.credentials-file"))
        .isEqualTo(folder.resolve("credentials").toString());
    assertThat(context.value("kafka.ssl.keystore.location"))
        .isEqualTo(folder.resolve("keys.pem").toString());
  }

  @Test
  void aMissingValueIsNamedWithItsCure() {
    Installation nothing = new Installation(new Context(Map.of(), Map.of(), Map.of()));
    assertThatThrownBy(nothing::policy)
        .hasMessageContaining("postern.policy.url")
        .hasMessageContaining("--context")
        .hasMessageContaining("POSTERN_POLICY_URL");
    assertThatThrownBy(nothing::kafka).hasMessageContaining("kafka.bootstrap.servers");
  }

  @Test
  void anAddressWithoutAHostIsRefusedByItsKey() {
    Installation wrong =
        new Installation(
            new Context(
                Map.of(
                    "postern.policy.url", "policy:8081",
                    "postern.policy.credentials-file", "credentials"),
                Map.of(),
                Map.of()));
    assertThatThrownBy(wrong::policy)
        .hasMessageContaining("postern.policy.url is \"policy:8081\": write http://host:port");
  }

  @Test
  void replicasComeFromFileAndEnvironment() throws Exception {
    Context context =
        new Context(
            file("postern.health.ingress-service=http://127.0.0.1:1\n"),
            Map.of("POSTERN_HEALTH_POLICY_SERVICE", "http://policy-service:8080"),
            Map.of());
    assertThat(new Installation(context).health())
        .isEqualTo(
            Map.of(
                "ingress-service", URI.create("http://127.0.0.1:1"),
                "policy-service", URI.create("http://policy-service:8080")));
  }

  @Test
  void anUnprotectedLinkThatLeavesTheMachineIsRefused() {
    Context context =
        new Context(Map.of("kafka.bootstrap.servers", "kafka.example:9092"), Map.of(), Map.of());
    assertThatThrownBy(() -> new Installation(context).kafka())
        .hasMessageContaining("kafka.security.protocol");
  }

  @Test
  void whatALauncherWroteCountsWhileItLives() throws Exception {
    String living =
        "pid=%d\nstarted=%s\nkafka.bootstrap.servers=127.0.0.1:1\n"
            .formatted(
                ProcessHandle.current().pid(),
                ProcessHandle.current().info().startInstant().orElseThrow().toString());
    assertThat(file(living)).containsEntry("kafka.bootstrap.servers", "127.0.0.1:1");
    String another = living.replaceAll("started=.*", "started=2026-01-01T00:00:00Z");
    assertThatThrownBy(() -> file(another))
        .hasMessageContaining("nothing runs with the state folder " + folder);
  }
}
