package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.SmtpClient;
import io.postern.programs.BrokerSettings;
import io.postern.programs.FreePorts;
import io.postern.programs.KafkaBroker;
import io.postern.programs.PostgresServer;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.process.ManagedProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * S3: a service that starts with a certificate that has ended gets into the log as soon as the new
 * one is there, without a restart and by all its clients: those of its own, Kafka Streams, and the
 * channels of Reactive Messaging.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LinkThatHasEndedTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String EXPIRES =
      "postern_log_certificate_expires_seconds{certificate=\"own\"} ";
  private final LabCa authority = LabCa.create("Log");
  private final HttpClient http = HttpClient.newHttpClient();
  private final int smtpPort = FreePorts.next();
  private final int managementPort = FreePorts.next();
  private Path folder;
  private KafkaBroker broker;
  private PostgresServer postgres;
  private Admin admin;
  private int tries;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Map<String, String> brokers = link("broker", authority.issue(Issue.to("broker", "127.0.0.1")));
    Map<String, String> administrator = link("administrator", client(30));
    authority.issue(Issue.to("gate.example")).write(folder, "gate");
    BrokerSettings settings =
        BrokerSettings.small().with(p -> mutualTls(p, brokers)).withClient(administrator);
    broker = KafkaBroker.start(folder.resolve("data"), settings);
    admin = Admin.create(client(administrator));
    postgres = PostgresServer.start(folder.resolve("postgres"), FreePorts.next());
  }

  @AfterAll
  void stop() {
    admin.close();
    broker.close();
    postgres.close();
  }

  @ParameterizedTest
  @EnumSource
  void aServiceGetsIntoTheLogWithoutARestartWhenItsCertificateIsRenewed(Service service)
      throws Exception {
    Map<String, String> own = link(service.module(), client(-1));
    try (ManagedProcess process = process(service, client(own))) {
      process.restartByItself(false);
      process.start();
      await().atMost(PATIENCE).until(() -> expires() < 0);
      assertThat(ready()).isFalse();

      replace(folder.resolve(service.module()), client(397));
      await().atMost(PATIENCE).until(() -> expires() > Duration.ofDays(396).toSeconds());
      await().atMost(PATIENCE).until(this::ready);
      if (service == Service.INGRESS) {
        await().atMost(PATIENCE).until(this::refused);
      }
      assertThat(process.alive()).isTrue();
    }
  }

  /**
   * A refusal goes through a channel. Each try has an address of its own: of further refusals of
   * one address in a minute the count alone is published, at the minute's end.
   */
  private boolean refused() throws Exception {
    if (!admin.listTopics().names().get().contains("mail.refusals")) {
      return false;
    }
    try (SmtpClient client =
        SmtpClient.connect(
            new InetSocketAddress("127.0.0.1", smtpPort), "127.0.1." + (1 + tries++ % 254))) {
      assertThat(client.command("EHLO client.example").code()).isEqualTo(250);
      assertThat(client.command("RCPT TO:<a@contoso.example>").code()).isEqualTo(503);
    }
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicDescription topic :
        admin.describeTopics(List.of("mail.refusals")).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(
              each ->
                  ends.put(
                      new TopicPartition(topic.name(), each.partition()), OffsetSpec.latest()));
    }
    return admin.listOffsets(ends).all().get().values().stream().anyMatch(end -> end.offset() > 0);
  }

  private boolean ready() throws Exception {
    return answer("/q/health/ready").map(HttpResponse::statusCode).orElse(0) == 200;
  }

  private double expires() throws Exception {
    return answer("/q/metrics").stream()
        .flatMap(answer -> answer.body().lines())
        .filter(line -> line.startsWith(EXPIRES))
        .mapToDouble(line -> Double.parseDouble(line.substring(EXPIRES.length())))
        .findFirst()
        .orElse(Double.NaN);
  }

  private Optional<HttpResponse<String>> answer(String page) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + page))
            .timeout(Duration.ofSeconds(10))
            .build();
    try {
      return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException notYet) {
      return Optional.empty();
    }
  }

  private ManagedProcess process(Service service, Map<String, Object> client) {
    Map<String, Object> settings = new HashMap<>();
    client.forEach((key, value) -> settings.put("kafka." + key, value));
    settings.put("postern.link.look-seconds", 1);
    settings.put("quarkus.management.port", managementPort);
    settings.put("postern.ingress.port", smtpPort);
    settings.put("postern.ingress.host-name", "gate.example");
    settings.put("postern.tls.certificate", folder.resolve("gate.pem"));
    settings.put("postern.tls.key", folder.resolve("gate.key"));
    if (service == Service.POLICY) {
      settings.put("postern.api.credentials-file", folder.resolve("credentials"));
    }
    settings.put("postern.api.public-keys-file", folder.resolve("token-keys.pem"));
    settings.put("postern.schedule.state-folder", folder.resolve("schedule"));
    settings.put("postern.revocation.cache-folder", folder.resolve("lists"));
    if (service == Service.CONSOLE) {
      settings.put("quarkus.datasource.jdbc.url", postgres.jdbcUrl());
      settings.put("quarkus.datasource.username", postgres.user());
      settings.put("quarkus.datasource.password", postgres.password());
    }
    List<String> flags =
        settings.entrySet().stream()
            .map(each -> "-D" + each.getKey() + "=" + each.getValue())
            .toList();
    return new ManagedProcess(
        service.module(),
        () ->
            LocalStack.program(Project.root(), Processes.of(Size.SMALL), service)
                .with(flags)
                .command(),
        folder.resolve(service.module() + ".log"),
        System.out::println);
  }

  private static void mutualTls(Properties properties, Map<String, String> link) {
    link.forEach(properties::setProperty);
    properties.remove("security.protocol");
    properties.setProperty("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:SSL");
    properties.setProperty("ssl.client.auth", "required");
  }

  private Map<String, Object> client(Map<String, String> link) {
    Map<String, Object> client = new HashMap<>(link);
    client.put("bootstrap.servers", broker.bootstrap());
    return client;
  }

  private Identity client(int days) {
    Issue issue = Issue.to("ingress").clientOnly();
    return authority.issue(
        issue.valid(
            issue.notBefore().minus(Duration.ofDays(400)),
            issue.notBefore().plus(Duration.ofDays(days)).plus(Duration.ofHours(1))));
  }

  private Map<String, String> link(String holder, Identity identity) throws IOException {
    Path own = Files.createDirectory(folder.resolve(holder));
    Files.writeString(own.resolve("authority.pem"), authority.rootPem());
    replace(own, identity);
    return Map.of(
        "security.protocol", "SSL",
        "ssl.keystore.type", "PEM",
        "ssl.keystore.location", own.resolve("keys.pem").toString(),
        "ssl.truststore.type", "PEM",
        "ssl.truststore.location", own.resolve("authority.pem").toString());
  }

  private void replace(Path own, Identity identity) throws IOException {
    Path made = Files.createTempDirectory(folder, "made");
    identity.write(made, "x");
    Path whole =
        Files.writeString(
            made.resolve("keys.pem"),
            Files.readString(made.resolve("x.key")) + Files.readString(made.resolve("x.pem")));
    Files.move(whole, own.resolve("keys.pem"), StandardCopyOption.ATOMIC_MOVE);
  }
}
