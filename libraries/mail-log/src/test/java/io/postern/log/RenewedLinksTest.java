package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.link.RenewableSslEngineFactory;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S3 for years: broker and clients take new certificates up while they run, and an old one gets
 * nobody in after its end. Files as in the containers; each file is replaced by a rename.
 */
class RenewedLinksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of a certificate that ends while a test waits for it: clients connect within that time. */
  private static final Duration SHORT = Duration.ofSeconds(30);

  private static final TopicPartition TOPIC = new TopicPartition("letters", 0);
  @TempDir private static Path folder;
  private static final LabCa AUTHORITY = LabCa.create("Log");
  private static Path brokerFiles;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    brokerFiles = files("broker", brokersOwn());
    broker =
        KafkaBroker.start(
            folder.resolve("data"),
            BrokerSettings.small()
                .with(RenewedLinksTest::mutualTls)
                .withMore(List.of("-Dpostern.link.look-seconds=1"))
                .withClient(link(files("administrator", client(Duration.ofDays(1))))));
    try (Admin admin = Admin.create(settings(files("maker", client(Duration.ofDays(1)))).admin())) {
      admin.createTopics(List.of(new NewTopic(TOPIC.topic(), 1, (short) 1))).all().get();
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void s3_aClientWhoseCertificateIsReplacedGoesOnBeyondItsEndAndTheOldOneIsRefused()
      throws Exception {
    Identity former = client(SHORT);
    Path own = files("ingress", former);
    Path kept = files("kept", former);
    LogSettings settings = settings(own);
    try (Admin admin = Admin.create(settings.admin());
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer());
        KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.reader(true))) {
      consumer.assign(List.of(TOPIC));
      consumer.seek(TOPIC, 0);
      send(producer);
      receive(consumer);
      admin.describeCluster().clusterId().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

      replace(own, client(Duration.ofDays(397)));
      Instant end = former.leaf().getNotAfter().toInstant();
      await().atMost(PATIENCE).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
      double connections = connections(producer.metrics());

      // It closes a connection that was idle for a second, and opens another for the next record.
      await()
          .pollInterval(Duration.ofMillis(1_500))
          .atMost(PATIENCE)
          .until(() -> sent(producer, connections));
      receive(consumer);
      admin.describeCluster().clusterId().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    LogSettings old = settings(kept);
    assertThatThrownBy(() -> TopicsSetup.createOrVerify(old, TestLog.DEPLOYMENT, PATIENCE))
        .isInstanceOf(LogUnavailableException.class)
        .hasRootCauseInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void s3_theBrokerPresentsItsNewCertificateAndKeepsItWhenTheNextOneIsBroken() throws Exception {
    Path own = files("visitor", client(Duration.ofDays(1)));
    try (Admin standing = Admin.create(settings(own).admin())) {
      standing.describeCluster().clusterId().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Identity next = brokersOwn();
      replace(brokerFiles, next);
      await().atMost(PATIENCE).until(() -> presented(own).equals(next.leaf()));
      standing.describeCluster().clusterId().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    Certificate inUse = presented(own);
    Files.writeString(brokerFiles.resolve("keys.pem"), "-----BEGIN PRIVATE KEY-----\nMIG");
    Path output = folder.resolve("data").resolve("server.out");
    await().atMost(PATIENCE).until(() -> Files.readString(output).contains("is not usable"));
    assertThat(presented(own)).isEqualTo(inUse);
    Identity repaired = brokersOwn();
    replace(brokerFiles, repaired);
    await().atMost(PATIENCE).until(() -> presented(own).equals(repaired.leaf()));
  }

  /**
   * Certificate, key and authority in three files, as Kubernetes gives a secret to a container: all
   * change at one swap of a symbolic link. Client and broker.
   */
  @Test
  void s3_aSwappedSecretOfThreeFilesIsTakenUpByClientAndBroker() throws Exception {
    Secret brokers = new Secret(folder.resolve("secret-broker"), brokersOwn());
    try (KafkaBroker other =
        KafkaBroker.start(
            folder.resolve("other"),
            BrokerSettings.small()
                .with(properties -> mutualTls(properties, brokers.link()))
                .withMore(List.of("-Dpostern.link.look-seconds=1"))
                .withClient(link(files("second", client(Duration.ofDays(1))))))) {
      aSwappedSecretIsTakenUp(other, brokers);
    }
  }

  private static void aSwappedSecretIsTakenUp(KafkaBroker other, Secret brokers) throws Exception {
    Identity former = client(SHORT);
    Secret own = new Secret(folder.resolve("secret-client"), former);
    try (Admin admin = Admin.create(settings(other, own.link()).admin())) {
      admin.describeCluster().clusterId().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      Path visitor = files("visitor of the other", client(Duration.ofDays(1)));
      Identity next = brokersOwn();
      brokers.swap(next);
      await().atMost(PATIENCE).until(() -> presented(other, visitor).equals(next.leaf()));
      own.swap(client(Duration.ofDays(397)));
      Instant end = former.leaf().getNotAfter().toInstant();
      await().atMost(PATIENCE).until(() -> Instant.now().isAfter(end.plusSeconds(1)));
      double connections = connections(admin.metrics());
      await()
          .pollInterval(Duration.ofMillis(1_500))
          .atMost(PATIENCE)
          .until(
              () -> {
                admin.describeCluster().clusterId().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return connections(admin.metrics()) > connections;
              });
    }
  }

  private static boolean sent(KafkaProducer<String, byte[]> producer, double connections)
      throws Exception {
    send(producer);
    return connections(producer.metrics()) > connections;
  }

  private static void send(KafkaProducer<String, byte[]> producer) throws Exception {
    producer
        .send(new ProducerRecord<>(TOPIC.topic(), "a", new byte[] {1}))
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void receive(KafkaConsumer<String, byte[]> consumer) {
    await().atMost(PATIENCE).until(() -> !consumer.poll(Duration.ofSeconds(1)).isEmpty());
  }

  private static double connections(Map<MetricName, ? extends Metric> metrics) {
    return metrics.entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("connection-creation-total"))
        .mapToDouble(metric -> (double) metric.getValue().metricValue())
        .sum();
  }

  private static Certificate presented(Path own) throws IOException {
    return presented(broker, own);
  }

  private static Certificate presented(KafkaBroker broker, Path own) throws IOException {
    Map<String, Object> settings = new HashMap<>(link(own));
    settings.put("ssl.protocol", "TLSv1.3");
    URI address = URI.create("log://" + broker.bootstrap());
    try (DefaultSslEngineFactory engines = new DefaultSslEngineFactory()) {
      engines.configure(settings);
      try (SSLSocket socket =
          (SSLSocket)
              engines
                  .sslContext()
                  .getSocketFactory()
                  .createSocket(address.getHost(), address.getPort())) {
        socket.startHandshake();
        return socket.getSession().getPeerCertificates()[0];
      }
    }
  }

  private static Identity brokersOwn() {
    return AUTHORITY.issue(Issue.to("broker", "127.0.0.1"));
  }

  private static Identity client(Duration life) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return AUTHORITY.issue(
        Issue.to("ingress").clientOnly().valid(now.minusSeconds(3600), now.plus(life)));
  }

  private static LogSettings settings(Path own) {
    return settings(broker, link(own));
  }

  private static LogSettings settings(KafkaBroker broker, Map<String, String> link) {
    Map<String, String> client = new HashMap<>(link);
    client.put("bootstrap.servers", broker.bootstrap());
    client.put("connections.max.idle.ms", "1000");
    return new LogSettings(client);
  }

  private static Map<String, String> link(Path own) {
    Map<String, String> link = new HashMap<>();
    link.put("security.protocol", "SSL");
    link.put("ssl.keystore.type", "PEM");
    link.put("ssl.keystore.location", own.resolve("keys.pem").toString());
    link.put("ssl.truststore.type", "PEM");
    link.put("ssl.truststore.location", own.resolve("authority.pem").toString());
    return link;
  }

  private static void mutualTls(Properties properties) {
    mutualTls(properties, link(brokerFiles));
  }

  private static void mutualTls(Properties properties, Map<String, String> link) {
    link.forEach(properties::setProperty);
    properties.remove("security.protocol");
    properties.setProperty("ssl.engine.factory.class", RenewableSslEngineFactory.class.getName());
    properties.setProperty("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:SSL");
    properties.setProperty("ssl.client.auth", "required");
    properties.setProperty("ssl.enabled.protocols", "TLSv1.3,TLSv1.2");
  }

  private static Path files(String holder, Identity identity) throws IOException {
    Path own = Files.createDirectory(folder.resolve(holder));
    Files.writeString(own.resolve("authority.pem"), AUTHORITY.rootPem());
    replace(own, identity);
    return own;
  }

  private static void replace(Path own, Identity identity) throws IOException {
    Path made = Files.createTempDirectory(folder, "made");
    identity.write(made, "x");
    Path whole =
        Files.writeString(
            made.resolve("keys.pem"),
            Files.readString(made.resolve("x.key")) + Files.readString(made.resolve("x.pem")));
    Files.move(whole, own.resolve("keys.pem"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** A folder as a kubelet makes it of a secret. */
  private static final class Secret {
    private static final List<String> FILES = List.of("tls.crt", "tls.key", "ca.crt");
    private final Path folder;
    private int version;

    private Secret(Path folder, Identity identity) throws IOException {
      this.folder = Files.createDirectory(folder);
      for (String file : FILES) {
        Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
      }
      swap(identity);
    }

    private void swap(Identity identity) throws IOException {
      Path next = Files.createDirectory(folder.resolve("..version" + ++version));
      identity.write(next, "tls"); // tls.key, and tls.pem
      Files.move(next.resolve("tls.pem"), next.resolve("tls.crt"));
      Files.writeString(next.resolve("ca.crt"), AUTHORITY.rootPem());
      Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), next.getFileName());
      Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    private Map<String, String> link() {
      Map<String, String> link = new HashMap<>();
      link.put("security.protocol", "SSL");
      link.put("ssl.keystore.certificate.chain.location", path("tls.crt"));
      link.put("ssl.keystore.key.location", path("tls.key"));
      link.put("ssl.truststore.type", "PEM");
      link.put("ssl.truststore.location", path("ca.crt"));
      return link;
    }

    private String path(String file) {
      return folder.resolve(file).toString();
    }
  }
}
