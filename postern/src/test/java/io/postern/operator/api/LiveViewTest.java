package io.postern.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.operator.LabPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view is asked for until its last state. */
class LiveViewTest {
  private static final String RUNNING = "{\"state\":\"running\",\"steps\":[1]}";
  private static final String MET = "{\"state\":\"met\",\"steps\":[1,2]}";

  @TempDir private Path folder;
  private LabPolicy policy;
  private final List<JsonNode> seen = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    policy = new LabPolicy(folder);
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private JsonNode follow(Duration patience) throws Exception {
    Properties context = new Properties();
    try (var in = java.nio.file.Files.newInputStream(policy.context())) {
      context.load(in);
    }
    ServiceApi api =
        new ServiceApi(
            "policy-service",
            URI.create(context.getProperty("postern.policy.url")),
            Path.of(context.getProperty("postern.policy.credentials-file")),
            Https.client());
    return new LiveView(api, "/view")
        .follow(view -> view.path("state").asText().equals("met"), patience, seen::add);
  }

  @Test
  void eachStateIsSeenUntilTheLast() throws Exception {
    policy.views("/view", RUNNING, RUNNING, MET);
    assertThat(follow(Duration.ofMinutes(1)).path("steps")).hasSize(2);
    assertThat(seen).hasSize(3);
    assertThat(seen.getLast().path("state").asText()).isEqualTo("met");
  }

  @Test
  void aServiceThatIsAwayForAMomentIsAskedAgain() throws Exception {
    policy
        .once("GET", "/view", 503, "{\"detail\":\"the log is away\"}")
        .once("GET", "/view", 200, "{\"state\":")
        .answer("GET", "/view", 200, MET);
    assertThat(follow(Duration.ofMinutes(1)).path("state").asText()).isEqualTo("met");
  }

  @Test
  void aViewWithoutAnEndHasOne() throws Exception {
    policy.answer("GET", "/view", 200, RUNNING);
    assertThatThrownBy(() -> follow(Duration.ofSeconds(2)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not end");
  }
}
