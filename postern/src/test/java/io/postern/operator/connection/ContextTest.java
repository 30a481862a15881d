package io.postern.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  private Installation installation(Context context) {
    return new Installation(context, new UserFolder(folder));
  }

  private String servers(Context context) {
    return installation(context).kafka().client().getOrDefault("bootstrap.servers", "");
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
    Installation nothing = installation(new Context(Map.of(), Map.of(), Map.of()));
    assertThatThrownBy(nothing::policy)
        .hasMessageContaining("postern.policy.url")
        .hasMessageContaining("context file")
        .hasMessageContaining("POSTERN_POLICY_URL");
    assertThatThrownBy(nothing::kafka).hasMessageContaining("kafka.bootstrap.servers");
  }

  @Test
  void anAddressWithoutAHostIsRefusedByItsKey() {
    Installation wrong =
        installation(
            new Context(
                Map.of(
                    "postern.policy.url", "policy:8081",
                    "postern.policy.credentials-file", "credentials"),
                Map.of(),
                Map.of()));
    assertThatThrownBy(wrong::policy)
        .hasMessageContaining("postern.policy.url is \"policy:8081\": write https://host:port");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          https://policy.example:8443, true
          https://127.0.0.1:8443,      true
          http://127.0.0.1:8081,       true
          http://[::1]:8081,           true
          http://localhost:8081,       true
          http://policy.example:8081,  false
          http://192.0.2.1:8081,       false
          ftp://127.0.0.1:8081,        false
          """)
  void aPasswordLeavesTheMachineOverTlsAlone(String url, boolean taken) {
    Installation installation =
        installation(
            new Context(
                Map.of("postern.policy.url", url, "postern.policy.credentials-file", "credentials"),
                Map.of(),
                Map.of()));
    if (taken) {
      assertThat(installation.policy().toString()).endsWith(url);
    } else {
      assertThatThrownBy(installation::policy)
          .hasMessageContaining("postern.policy.url is \"" + url + "\": write https://host:port");
    }
  }

  @Test
  void anAuthorityThatCannotBeReadIsNamedWithItsCure() throws Exception {
    Context context = new Context(file("postern.authority-file=none.pem\n"), Map.of(), Map.of());
    assertThatThrownBy(() -> installation(context).http())
        .hasMessageContaining("postern.authority-file names " + folder.resolve("none.pem"))
        .hasMessageContaining("use the PEM file");
  }

  @Test
  void replicasComeFromFileAndEnvironment() throws Exception {
    Context context =
        new Context(
            file("postern.health.ingress-service=http://127.0.0.1:1\n"),
            Map.of("POSTERN_HEALTH_POLICY_SERVICE", "https://policy-service:9000"),
            Map.of());
    assertThat(installation(context).health())
        .isEqualTo(
            Map.of(
                "ingress-service", URI.create("http://127.0.0.1:1"),
                "policy-service", URI.create("https://policy-service:9000")));
  }

  @Test
  void anUnprotectedLinkThatLeavesTheMachineIsRefused() {
    Context context =
        new Context(Map.of("kafka.bootstrap.servers", "kafka.example:9092"), Map.of(), Map.of());
    assertThatThrownBy(() -> installation(context).kafka())
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
        .hasMessageContaining("no installation runs with the state folder " + folder);
  }
}
