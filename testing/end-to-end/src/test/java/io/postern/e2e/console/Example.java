package io.postern.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.e2e.Project;
import io.postern.lab.LabProvider;
import io.postern.stack.Processes;
import io.postern.stack.Progress;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.StateFolder;
import io.postern.stack.example.DirectoryFile;
import io.postern.stack.example.RunningExample;
import io.postern.stack.example.Sample;
import io.postern.stack.example.SampleRun;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The example as {@code ./run} starts it, with its mail, which its console has read. One serves all
 * tests of a JVM and ends with it; a test that leaves traces on its pages starts its own.
 */
final class Example implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SAMPLES = 4; // messages that are accepted, at least
  private static final Duration READY = Duration.ofSeconds(120);
  private static @Nullable Example running;

  private final RunningExample example;
  private final LabProvider provider;
  private final String credentials;
  private final HttpClient http = HttpClient.newHttpClient();

  private Example(RunningExample example, LabProvider provider, String credentials) {
    this.example = example;
    this.provider = provider;
    this.credentials = credentials;
  }

  static synchronized Example running() throws Exception {
    Example there = running;
    if (there == null) {
      Example started = start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> closeAtEnd(started)));
      started.sendSamples();
      running = started;
      there = started;
    }
    return there;
  }

  private static void closeAtEnd(Example example) {
    try {
      example.close();
    } catch (Exception e) {
      System.err.println("the example does not end: " + e);
    }
  }

  /** A new one, without mail. */
  static Example start() throws Exception {
    LabProvider provider = LabProvider.start();
    StateFolder state = new StateFolder(Files.createTempDirectory("postern-console-test"));
    RunningExample example =
        RunningExample.start(
            Project.root(),
            state,
            0,
            DirectoryFile.example(),
            null,
            withProvider(provider.issuer()),
            new Progress());
    example.startConsole();
    example.stack().awaitReady(Service.CONSOLE, READY);
    return new Example(example, provider, Files.readString(state.credentials()).strip());
  }

  /** Its users are let in by all services that have users, and by the console with a browser. */
  private static Processes withProvider(String issuer) {
    Map<String, String> api = Map.of("postern.api.oidc.issuer", issuer);
    return Processes.of(Size.SMALL)
        .withConsole()
        .settings(Service.POLICY, api)
        .settings(Service.CERTIFICATE, api)
        .settings(Service.CONSOLE, api)
        .settings(
            Service.CONSOLE,
            Map.of(
                "postern.console.oidc.client-id", LabProvider.CLIENT,
                "postern.console.oidc.client-secret", LabProvider.SECRET));
  }

  /** At which browsers sign in. */
  LabProvider provider() {
    return provider;
  }

  /** Mail from and to partners and strangers, which the console has read afterwards. */
  void sendSamples() throws Exception {
    SampleRun run =
        new SampleRun(example.world(), example.stack().smtpPort(), example.stack().kafka());
    for (Sample sample : Sample.folder(Project.root().resolve("testing/stack/example/samples"))) {
      assertThat(run.run(sample).differences()).as(sample.about()).isEmpty();
    }
    Awaitility.await("the console has read the mail")
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () ->
                assertThat(get("/api/v1/messages").path("found"))
                    .hasSizeGreaterThanOrEqualTo(SAMPLES));
  }

  @Override
  public void close() throws Exception {
    try {
      example.close();
    } finally {
      provider.close();
    }
  }

  RunningExample stack() {
    return example;
  }

  URI console() {
    return URI.create("http://127.0.0.1:" + example.stack().apiPort(Service.CONSOLE));
  }

  String name() {
    return credentials.substring(0, credentials.indexOf(':'));
  }

  String password() {
    return credentials.substring(credentials.indexOf(':') + 1);
  }

  /** The console's answer to the operator. */
  JsonNode get(String path) throws Exception {
    return JSON.readTree(call(console(), "GET", path, "").body());
  }

  /** Any service's answer to the operator. */
  HttpResponse<String> call(URI service, String method, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(service.resolve(path))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  URI policy() {
    return URI.create("http://127.0.0.1:" + example.stack().apiPort(Service.POLICY));
  }
}
