package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.content.ContentReader;
import io.postern.log.sending.MessageLog;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * S3: the link to the log is mutual TLS. Broker and services as in the containers: PEM files, each
 * with key and chain, and one authority.
 */
class MutualTlsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  @TempDir private static Path folder;
  private static LabCa authority;
  private static LabCa foreign;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws IOException {
    authority = LabCa.create("Log");
    foreign = LabCa.create("Somebody else");
    broker =
        broker("broker", authority.issue(Issue.to("broker", "127.0.0.1")), link(client(authority)));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void s3_aCertificateOfTheLogsAuthorityMakesTopicsAndCarriesMail() throws Exception {
    LogSettings settings = settings(broker, link(client(authority)));
    TopicsSetup.createOrVerify(settings, TestLog.DEPLOYMENT);
    try (MessageLog messages = new MessageLog(settings, 4);
        ContentReader reader = new ContentReader(settings)) {
      Mail mail = Mail.send(messages, Mail.bytes(new Random(5), 700_000));
      assertThat(Mail.read(reader, mail.accepted().getContentList())).isEqualTo(mail.content());
    }
  }

  @Test
  void s3_whoHasNoCertificateIsRefused() throws IOException {
    Map<String, String> link = link(client(authority));
    link.keySet().removeIf(key -> key.startsWith("ssl.keystore"));
    assertRefused(broker, link, SSLHandshakeException.class);
  }

  @Test
  void s3_aCertificateOfAnotherAuthorityIsRefused() throws IOException {
    assertRefused(broker, link(client(foreign)), SSLHandshakeException.class);
  }

  @Test
  void s3_anExpiredCertificateIsRefused() throws IOException {
    Issue expired = Issue.to("ingress").clientOnly().expired();
    assertRefused(broker, link(authority.issue(expired)), SSLHandshakeException.class);
  }

  @Test
  void s3_aServersCertificateIsNoClients() throws IOException {
    Issue server = Issue.to("mail.example").serverOnly();
    assertRefused(broker, link(authority.issue(server)), SSLHandshakeException.class);
  }

  @Test
  void s3_plaintextIsRefused() {
    // Nobody says no: it is waited for in vain.
    assertRefused(broker, Map.of(), Duration.ofSeconds(5), TimeoutException.class);
  }

  @Test
  void s3_aBrokerOfAnotherAuthorityIsNotTrusted() throws IOException {
    Map<String, String> link = link(client(authority));
    link.put("ssl.truststore.location", trusted(foreign).toString());
    assertRefused(broker, link, CertPathBuilderException.class);
  }

  @Test
  void s3_aBrokerOfAnotherNameIsNotTrusted() throws Exception {
    Map<String, String> careless = link(client(authority));
    careless.put("ssl.endpoint.identification.algorithm", "");
    Identity other = authority.issue(Issue.to("other.example"));
    try (KafkaBroker impostor = broker("other", other, careless)) {
      TopicsSetup.createOrVerify(settings(impostor, careless), TestLog.DEPLOYMENT);
      assertRefused(impostor, link(client(authority)), CertificateException.class);
    }
  }

  /** What ingress asks for its disk watch needs DESCRIBE on the cluster, and nothing more. */
  @Test
  void whatIsFreeIsToldWithTheRightAndWithoutItTheLogStaysOpenAndSaysSo() throws Exception {
    Map<String, String> administrator =
        link(authority.issue(Issue.to("administrator").clientOnly()));
    BrokerSettings rights =
        BrokerSettings.small().with(this::rightsFromAcls).withClient(administrator);
    try (KafkaBroker strict = KafkaBroker.start(folder.resolve("rights"), rights);
        Admin admin = Admin.create(settings(strict, administrator).admin());
        LogSpace space =
            new LogSpace(settings(strict, link(client(authority))), LogSpace.mark(1, 0))) {
      space.start();
      await().until(() -> space.reading().unknown().contains("ClusterAuthorization"));
      assertThat(space.reading().freeBytes()).isEqualTo(-1);
      assertThat(space.state()).isEqualTo(LogSpace.State.OPEN);
      AclBinding right =
          new AclBinding(
              new ResourcePattern(ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL),
              new AccessControlEntry(
                  "User:ingress", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW));
      admin.createAcls(List.of(right)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      await().until(() -> space.reading().unknown().isEmpty());
      assertThat(space.reading().freeBytes()).isPositive();
    }
  }

  private void rightsFromAcls(Properties properties) {
    try {
      mutualTls(properties, link(authority.issue(Issue.to("broker", "127.0.0.1"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    properties.setProperty("ssl.principal.mapping.rules", "RULE:^CN=([a-z-]+)(,.*)?$/$1/");
    properties.setProperty(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The controller's listener is plaintext here.
    properties.setProperty("super.users", "User:broker;User:administrator;User:ANONYMOUS");
  }

  private static void assertRefused(
      KafkaBroker broker, Map<String, String> link, Class<? extends Throwable> cause) {
    assertRefused(broker, link, PATIENCE, cause);
  }

  private static void assertRefused(
      KafkaBroker broker,
      Map<String, String> link,
      Duration patience,
      Class<? extends Throwable> cause) {
    LogSettings settings = settings(broker, link);
    assertThatThrownBy(() -> TopicsSetup.createOrVerify(settings, TestLog.DEPLOYMENT, patience))
        .isInstanceOf(LogUnavailableException.class)
        .hasRootCauseInstanceOf(cause);
  }

  private static LogSettings settings(KafkaBroker broker, Map<String, String> link) {
    Map<String, String> client = new HashMap<>(link);
    client.put("bootstrap.servers", broker.bootstrap());
    return new LogSettings(client);
  }

  private static Identity client(LabCa issuer) {
    return issuer.issue(Issue.to("ingress").clientOnly());
  }

  private static KafkaBroker broker(String name, Identity identity, Map<String, String> client)
      throws IOException {
    Map<String, String> link = link(identity);
    return KafkaBroker.start(
        folder.resolve(name),
        BrokerSettings.small().with(p -> mutualTls(p, link)).withClient(client));
  }

  private static void mutualTls(Properties properties, Map<String, String> link) {
    link.forEach(
        (key, value) -> {
          if (key.startsWith("ssl.")) {
            properties.setProperty(key, value);
          }
        });
    properties.setProperty("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:PLAINTEXT");
    properties.setProperty("ssl.client.auth", "required");
    properties.setProperty("ssl.enabled.protocols", "TLSv1.3,TLSv1.2");
  }

  private static Map<String, String> link(Identity identity) throws IOException {
    Map<String, String> link = new HashMap<>();
    link.put("security.protocol", "SSL");
    link.put("ssl.keystore.type", "PEM");
    link.put("ssl.keystore.location", keys(identity).toString());
    link.put("ssl.truststore.type", "PEM");
    link.put("ssl.truststore.location", trusted(authority).toString());
    return link;
  }

  private static Path keys(Identity identity) throws IOException {
    Path own = Files.createTempDirectory(folder, "keys");
    identity.write(own, "x");
    return Files.writeString(
        own.resolve("keys.pem"),
        Files.readString(own.resolve("x.key")) + Files.readString(own.resolve("x.pem")));
  }

  private static Path trusted(LabCa issuer) throws IOException {
    Path file = Files.createTempFile(folder, "authority", ".pem");
    return Files.writeString(file, issuer.rootPem());
  }
}
