package io.postern.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever names an installation, by an option or as ./run, reaches that one and no other. */
class ConnectionOptionsTest {
  private static final String SERVERS = "kafka.bootstrap.servers";
  private static final String RUNNING = "127.0.0.1:1";
  private static final String PRODUCTION = "127.0.0.1:2";

  @TempDir Path home;

  private final ConnectionOptions options = new ConnectionOptions();
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void aStackRunsAndTheEnvironmentNamesAnother() throws Exception {
    Properties running = new Properties();
    Launcher.describe(running);
    running.setProperty(SERVERS, RUNNING);
    Path folder = Files.createDirectory(home.resolve("state"));
    try (OutputStream out = Files.newOutputStream(folder.resolve("running.properties"))) {
      running.store(out, null);
    }
    Path production = home.resolve("production.properties");
    Files.writeString(production, SERVERS + "=" + PRODUCTION + "\n");
    environment =
        Map.of(
            "POSTERN_CONTEXT",
            production.toString(),
            "POSTERN_POLICY_URL",
            "http://policy.example");
  }

  private @Nullable String value(@Nullable String run, String key) throws Exception {
    return options.context(run, environment, new UserFolder(home.resolve("user"))).value(key);
  }

  @Test
  void itsOwnStackIsReachedByRun() throws Exception {
    assertThat(value(home.toString(), SERVERS)).isEqualTo(RUNNING);
    assertThat(value(home.toString(), "postern.policy.url")).as("of the environment").isNull();
  }

  @Test
  void aValueOfTheCommandLineChangesNothingElse() throws Exception {
    options.values.put("postern.variable.port", "25");
    assertThat(value(home.toString(), SERVERS)).isEqualTo(RUNNING);
    assertThat(value(home.toString(), "postern.variable.port")).isEqualTo("25");
  }

  @Test
  void aStateFolderOrAContextIsWhatItSays() throws Exception {
    options.state = home.resolve("state");
    assertThat(value(null, SERVERS)).isEqualTo(RUNNING);
    options.state = null;
    options.context = home.resolve("production.properties").toString();
    assertThat(value(home.toString(), SERVERS)).isEqualTo(PRODUCTION);
    assertThat(value(home.toString(), "postern.policy.url")).isNull();
  }

  @Test
  void withoutANameTheEnvironmentCounts() throws Exception {
    assertThat(value(null, SERVERS)).isEqualTo(PRODUCTION);
    assertThat(value(null, "postern.policy.url")).isEqualTo("http://policy.example");
  }

  private void context(String name, String servers) throws Exception {
    UserFolder user = new UserFolder(home.resolve("user"));
    Files.createDirectories(user.folder());
    Files.writeString(user.file(name), SERVERS + "=" + servers + "\n");
  }

  @Test
  void aContextHasAName() throws Exception {
    context("contoso", "127.0.0.1:3");
    options.context = "contoso";
    assertThat(value(home.toString(), SERVERS)).isEqualTo("127.0.0.1:3");
    assertThat(value(null, "postern.policy.url")).as("of the environment").isNull();
    options.context = null;
    environment = Map.of("POSTERN_CONTEXT", "contoso", "POSTERN_POLICY_URL", "http://x.example");
    assertThat(value(null, SERVERS)).isEqualTo("127.0.0.1:3");
    assertThat(value(null, "postern.policy.url")).isEqualTo("http://x.example");
  }

  @Test
  void theOneInUseCountsWhereNothingNamesAnother() throws Exception {
    UserFolder user = new UserFolder(home.resolve("user"));
    context("context", "127.0.0.1:4");
    context("fabrikam", "127.0.0.1:5");
    environment = Map.of();
    assertThat(value(null, SERVERS)).isEqualTo("127.0.0.1:4");
    user.use("fabrikam");
    assertThat(value(null, SERVERS)).isEqualTo("127.0.0.1:5");
    assertThat(value(home.toString(), SERVERS)).as("./run's own").isEqualTo(RUNNING);
    assertThat(user.names()).containsExactly("context", "fabrikam");
    Files.delete(user.file("fabrikam"));
    assertThatThrownBy(() -> value(null, SERVERS))
        .hasMessageContaining("unusable context in use: no such context: fabrikam");
    assertThatThrownBy(() -> user.use("../etc")).hasMessageContaining("no such context:");
  }

  @Test
  void aNameThatNobodyHasIsNoFile() {
    options.context = "nobody";
    assertThatThrownBy(() -> value(null, SERVERS))
        .hasMessageContaining("no such context: nobody")
        .hasMessageContaining("postern contexts");
  }

  @Test
  void nothingThatRunsIsSaid() {
    assertThatThrownBy(() -> value(home.resolve("elsewhere").toString(), SERVERS))
        .hasMessageContaining("no installation runs with the state folder")
        .hasMessageContaining("./run");
  }
}
