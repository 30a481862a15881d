package io.postern.service;

import static java.util.Objects.requireNonNull;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A broker with mutual TLS, and a client's certificate that has expired until a test renews it. */
public final class TlsBroker implements QuarkusTestResourceLifecycleManager {
  private static final LabCa AUTHORITY = LabCa.create("Log");
  private static @Nullable KafkaBroker broker;
  private static @Nullable Path folder;

  static void renewClient() throws IOException {
    renew(AUTHORITY);
  }

  /** Under another authority: client and broker no longer accept each other. */
  static void estrangeClient() throws IOException {
    renew(LabCa.create("Other"));
  }

  private static void renew(LabCa authority) throws IOException {
    Files.writeString(
        requireNonNull(folder).resolve("client").resolve("authority.pem"), authority.rootPem());
    replace("client", authority.issue(Issue.to("client").clientOnly()));
  }

  /** In all partitions of the topic. */
  static long records(Admin admin, String topic) throws Exception {
    TopicDescription described =
        requireNonNull(
            admin
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get(60, TimeUnit.SECONDS)
                .get(topic));
    return admin
        .listOffsets(
            described.partitions().stream()
                .collect(
                    Collectors.toMap(
                        each -> new TopicPartition(topic, each.partition()),
                        each -> OffsetSpec.latest())))
        .all()
        .get(60, TimeUnit.SECONDS)
        .values()
        .stream()
        .mapToLong(ListOffsetsResultInfo::offset)
        .sum();
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "tls-broker");
      Map<String, String> brokers =
          link("broker", AUTHORITY.issue(Issue.to("broker", "127.0.0.1")));
      Map<String, String> administrator =
          link("administrator", AUTHORITY.issue(Issue.to("administrator").clientOnly()));
      KafkaBroker started =
          KafkaBroker.start(
              requireNonNull(folder).resolve("data"),
              BrokerSettings.small().with(p -> mutualTls(p, brokers)).withClient(administrator));
      broker = started;
      Map<String, String> settings = new HashMap<>();
      link("client", AUTHORITY.issue(Issue.to("client").clientOnly().expired()))
          .forEach((key, value) -> settings.put("kafka." + key, value));
      settings.put("kafka.bootstrap.servers", started.bootstrap());
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static void mutualTls(Properties properties, Map<String, String> link) {
    link.forEach(properties::setProperty);
    properties.remove("security.protocol");
    properties.setProperty("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:SSL");
    properties.setProperty("ssl.client.auth", "required");
  }

  private static Map<String, String> link(String holder, Identity identity) throws IOException {
    Path own = Files.createDirectory(requireNonNull(folder).resolve(holder));
    Files.writeString(own.resolve("authority.pem"), AUTHORITY.rootPem());
    replace(holder, identity);
    return Map.of(
        "security.protocol", "SSL",
        "ssl.keystore.type", "PEM",
        "ssl.keystore.location", own.resolve("keys.pem").toString(),
        "ssl.truststore.type", "PEM",
        "ssl.truststore.location", own.resolve("authority.pem").toString());
  }

  private static void replace(String holder, Identity identity) throws IOException {
    Path made = Files.createTempDirectory(requireNonNull(folder), "made");
    identity.write(made, "x");
    Path whole =
        Files.writeString(
            made.resolve("keys.pem"),
            Files.readString(made.resolve("x.key")) + Files.readString(made.resolve("x.pem")));
    Files.move(
        whole,
        requireNonNull(folder).resolve(holder).resolve("keys.pem"),
        StandardCopyOption.ATOMIC_MOVE);
  }
}
