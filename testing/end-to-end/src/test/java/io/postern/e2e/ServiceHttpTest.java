package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.operator.api.Https;
import io.postern.operator.setup.SetUp;
import io.postern.programs.FreePorts;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/**
 * HTTP off loopback is TLS, or the service does not start (S3): the packaged services with the
 * certificates of {@code postern set-up certificates} and the environment of docker-compose.yml. No
 * log is there: a service listens for HTTP without one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceHttpTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private Path folder = Path.of("");
  private final List<Process> started = new ArrayList<>();
  private HttpClient trusting = HttpClient.newHttpClient();

  @BeforeAll
  void certificates(@TempDir Path made) throws Exception {
    folder = made;
    makeCertificates(folder);
    trusting = Https.client(folder.resolve("administrator/authority.pem"));
  }

  private static void makeCertificates(Path folder) {
    CommandLine setUp = new CommandLine(new SetUp());
    assertThat(setUp.execute("certificates", folder.toString())).isZero();
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
    started.clear();
  }

  private Path keys(Service service) {
    return folder.resolve(service.module().replace("-service", "")).resolve("http/keys.pem");
  }

  /** What docker-compose.yml sets of HTTP, at free ports. */
  private Map<String, String> environment(Service service, int management, int api) {
    Map<String, String> all = new HashMap<>();
    all.put("QUARKUS_TLS_HTTP_KEY_STORE_PEM__0__CERT", keys(service).toString());
    all.put("QUARKUS_TLS_HTTP_KEY_STORE_PEM__0__KEY", keys(service).toString());
    all.put("QUARKUS_TLS_HTTP_RELOAD_PERIOD", "1s");
    all.put("QUARKUS_MANAGEMENT_HOST", "0.0.0.0");
    all.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(management));
    all.put("QUARKUS_MANAGEMENT_TLS_CONFIGURATION_NAME", "http");
    if (service.hasApi()) {
      all.put("QUARKUS_HTTP_HOST", "0.0.0.0");
      all.put("QUARKUS_HTTP_SSL_PORT", Integer.toString(api));
      all.put("QUARKUS_HTTP_TLS_CONFIGURATION_NAME", "http");
      all.put("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled");
    }
    return all;
  }

  private Process start(Service service, Map<String, String> environment) throws IOException {
    Path own = Files.createDirectories(folder.resolve("run-" + service.module()));
    List<String> settings = new ArrayList<>();
    if (service == Service.POLICY) {
      settings.add("-Dpostern.api.credentials-file=" + own.resolve("credentials"));
    }
    settings.addAll(
        List.of(
            "-Dkafka.bootstrap.servers=127.0.0.1:" + FreePorts.next(),
            "-Dpostern.ingress.host=127.0.0.1",
            "-Dpostern.ingress.port=0",
            "-Dpostern.tls.certificate=" + folder.resolve("smtp/certificate.pem"),
            "-Dpostern.tls.key=" + folder.resolve("smtp/key.pem"),
            "-Dpostern.api.public-keys-file=" + own.resolve("token-keys.pem"),
            // Nobody is there: the console waits for it, as all wait for the log.
            "-Dquarkus.datasource.jdbc.url=jdbc:postgresql://127.0.0.1:"
                + FreePorts.next()
                + "/console",
            "-Dpostern.schedule.state-folder=" + own.resolve("schedule"),
            "-Dpostern.revocation.cache-folder=" + own.resolve("lists")));
    ProcessBuilder builder =
        new ProcessBuilder(
                LocalStack.program(Project.root(), Processes.of(Size.SMALL), service)
                    .with(settings)
                    .command())
            .redirectErrorStream(true)
            .redirectOutput(own.resolve("log").toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private String log(Service service) throws IOException {
    return Files.readString(folder.resolve("run-" + service.module()).resolve("log"));
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    return trusting.send(
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
            .timeout(ANSWER)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void awaitHttp(Service service, int port, String path) {
    Awaitility.await(service + " listens for HTTP")
        .atMost(START)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> get(port, path).statusCode() < 500);
  }

  private void refuses(Service service, Map<String, String> environment, String sentence)
      throws Exception {
    Process process = start(service, environment);
    assertThat(process.waitFor(START.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(log(service)).contains(sentence).doesNotContain("\tat ");
    assertThat(process.exitValue()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void metricsInPlaintextForOtherMachinesAreRefusedAtTheStart(Service service) throws Exception {
    Map<String, String> plaintext = environment(service, FreePorts.next(), FreePorts.next());
    plaintext.remove("QUARKUS_MANAGEMENT_TLS_CONFIGURATION_NAME");
    refuses(
        service,
        plaintext,
        "quarkus.management.host is 0.0.0.0, which is reachable from other machines, and "
            + "quarkus.management.tls-configuration-name is missing: write http there");
  }

  /** Quarkus would serve plaintext then, at the port of TLS. */
  @Test
  void aTlsConfigurationWithoutAKeyIsRefusedAtTheStart() throws Exception {
    Map<String, String> without = environment(Service.DELIVERY, FreePorts.next(), FreePorts.next());
    without.keySet().removeIf(name -> name.startsWith("QUARKUS_TLS_HTTP_KEY_STORE"));
    refuses(Service.DELIVERY, without, "quarkus.tls.http has no key: name PEM files with");
  }

  @ParameterizedTest
  @EnumSource(names = {"POLICY", "CERTIFICATE", "CONSOLE"})
  void anApiThatTakesPlaintextBesideTlsIsRefusedAtTheStart(Service service) throws Exception {
    Map<String, String> both = environment(service, FreePorts.next(), FreePorts.next());
    both.remove("QUARKUS_HTTP_INSECURE_REQUESTS");
    refuses(service, both, "quarkus.http.insecure-requests accepts requests without TLS");
  }

  @ParameterizedTest
  @EnumSource
  void healthAndMetricsAreThereOverTlsAlone(Service service) throws Exception {
    int management = FreePorts.next();
    start(service, environment(service, management, FreePorts.next()));
    awaitHttp(service, management, "/q/health/live");
    assertThat(get(management, "/q/metrics").body()).contains("jvm_memory_used_bytes", "postern_");
    assertThat(get(management, "/q/health/ready").statusCode()).isEqualTo(503);
    assertThat(answerInPlaintext(management)).doesNotContain("HTTP/1");
  }

  @ParameterizedTest
  @EnumSource(names = {"POLICY", "CERTIFICATE", "CONSOLE"})
  void anApiIsThereOverTlsAloneAndApartFromHealthAndMetrics(Service service) throws Exception {
    int management = FreePorts.next();
    int api = FreePorts.next();
    int plaintext = FreePorts.next();
    Map<String, String> environment = environment(service, management, api);
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(plaintext));
    start(service, environment);
    awaitHttp(service, api, "/q/openapi");
    String call =
        switch (service) {
          case POLICY -> "/api/v1/directory";
          case CONSOLE -> "/api/v1/messages";
          default -> "/api/v1/trust-bundles";
        };
    assertThat(get(api, call).statusCode()).isEqualTo(401);
    assertThat(get(api, "/q/metrics").statusCode()).isEqualTo(404);
    assertThat(get(api, "/q/health/live").statusCode()).isEqualTo(404);
    assertThat(get(management, call).statusCode()).isEqualTo(404);
    assertThat(answerInPlaintext(api)).doesNotContain("HTTP/1");
    assertThatThrownBy(() -> answerInPlaintext(plaintext)).isInstanceOf(ConnectException.class);
  }

  @Test
  void aNewCertificateIsTakenUpWithoutARestart() throws Exception {
    int management = FreePorts.next();
    int api = FreePorts.next();
    Service service = Service.POLICY;
    start(service, environment(service, management, api));
    awaitHttp(service, api, "/q/openapi");
    Certificate first = presented(api);
    assertThat(presented(management)).isEqualTo(first);
    replace(keys(service));
    for (int port : List.of(management, api)) {
      Awaitility.await("the new certificate at " + port)
          .atMost(START)
          // One that comes while the key is taken up is broken off (decision 28).
          .ignoreExceptionsInstanceOf(SSLHandshakeException.class)
          .until(() -> !presented(port).equals(first));
    }
  }

  /**
   * By another of the same authority, as a renewal does: at no time is there no file, or half of
   * one.
   */
  private void replace(Path keys) throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("renewal"));
    Path authority = Files.createDirectories(elsewhere.resolve("authority"));
    for (String file : List.of("root.key", "root.pem", "intermediate.key", "intermediate.pem")) {
      Files.copy(folder.resolve("authority").resolve(file), authority.resolve(file));
    }
    makeCertificates(elsewhere);
    Path made = elsewhere.resolve(folder.relativize(keys));
    Files.move(made, keys, StandardCopyOption.ATOMIC_MOVE);
  }

  /** By a connection of its own. */
  private Certificate presented(int port) throws Exception {
    try (HttpClient fresh = Https.client(folder.resolve("administrator/authority.pem"))) {
      return fresh
          .send(
              HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                  .timeout(ANSWER)
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .sslSession()
          .orElseThrow()
          .getPeerCertificates()[0];
    }
  }

  private static String answerInPlaintext(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("GET /q/metrics HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
