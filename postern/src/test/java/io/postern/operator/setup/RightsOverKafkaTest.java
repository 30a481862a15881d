package io.postern.operator.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.Deployment;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rights at a broker without {@code ssl.principal.mapping.rules}, as operators of clusters run it:
 * a principal is the whole subject of its certificate there.
 */
class RightsOverKafkaTest {
  private static final Deployment DEPLOYMENT = Deployment.singleNode(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final LabCa AUTHORITY = LabCa.create("Log");
  private static final PrincipalForm SUBJECT = PrincipalForm.of("CN={name},O=Log");

  @TempDir private static Path folder;
  private static KafkaBroker broker;
  private static LogSettings administrator;

  @BeforeAll
  static void start() throws Exception {
    Map<String, String> client = link(Issue.to("administrator").clientOnly());
    Map<String, String> own = link(Issue.to("broker", "127.0.0.1"));
    broker =
        KafkaBroker.start(
            folder.resolve("data"),
            BrokerSettings.small().with(p -> rightsFromAcls(p, own)).withClient(client));
    administrator = settings(client);
    TopicsSetup.createOrVerify(administrator, DEPLOYMENT, PATIENCE);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void aServiceHasItsRightsByTheSubjectOfItsCertificateAndIsToldItWithout() throws Exception {
    LogSettings ingress = settings(link(Issue.to("ingress").clientOnly()));
    SetUpLog.grant(administrator, PrincipalForm.COMMON_NAME, false);
    assertThatThrownBy(() -> TopicsSetup.createOrVerify(ingress, DEPLOYMENT, PATIENCE))
        .isInstanceOf(LogUnavailableException.class)
        .hasMessageContaining("not authorized")
        .hasMessageContaining("User:CN=ingress,O=Log")
        .hasMessageContaining("postern set-up log");

    assertThat(SetUpLog.grant(administrator, SUBJECT, false)).contains("User:CN=ingress,O=Log");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> TopicsSetup.createOrVerify(ingress, DEPLOYMENT, PATIENCE));
    // Those of the former form are gone.
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(principals())
                    .contains("User:CN=ingress,O=Log")
                    .doesNotContain("User:ingress"));
  }

  @Test
  void rightsOfOthersStayWhereTheClusterIsShared() throws Exception {
    AclBinding other =
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, "orders", PatternType.LITERAL),
            new AccessControlEntry("User:shop", "*", AclOperation.READ, AclPermissionType.ALLOW));
    AclBinding tooMuch =
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, "orders", PatternType.LITERAL),
            new AccessControlEntry(
                SUBJECT.principal("ingress"), "*", AclOperation.READ, AclPermissionType.ALLOW));
    try (Admin admin = Admin.create(administrator.admin())) {
      admin.createAcls(List.of(other, tooMuch)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(rights()).contains(other, tooMuch));
    SetUpLog.grant(administrator, SUBJECT, true);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(rights()).contains(other).doesNotContain(tooMuch));

    SetUpLog.grant(administrator, SUBJECT, false);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(rights()).doesNotContain(other));
  }

  private static List<String> principals() throws Exception {
    return rights().stream().map(right -> right.entry().principal()).distinct().toList();
  }

  private static Collection<AclBinding> rights() throws Exception {
    try (Admin admin = Admin.create(administrator.admin())) {
      return admin
          .describeAcls(AclBindingFilter.ANY)
          .values()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static void rightsFromAcls(Properties properties, Map<String, String> link) {
    link.forEach(
        (key, value) -> {
          if (key.startsWith("ssl.")) {
            properties.setProperty(key, value);
          }
        });
    properties.setProperty("listener.security.protocol.map", "CLIENT:SSL,CONTROLLER:PLAINTEXT");
    properties.setProperty("ssl.client.auth", "required");
    properties.setProperty(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    // The controller's listener is plaintext here.
    properties.setProperty(
        "super.users", "User:CN=broker,O=Log;User:CN=administrator,O=Log;User:ANONYMOUS");
  }

  private static LogSettings settings(Map<String, String> link) {
    Map<String, String> client = new HashMap<>(link);
    client.put("bootstrap.servers", broker.bootstrap());
    return new LogSettings(client);
  }

  private static Map<String, String> link(Issue issue) throws IOException {
    Identity identity = AUTHORITY.issue(issue);
    Path own = Files.createTempDirectory(folder, "keys");
    identity.write(own, "x");
    Path keys =
        Files.writeString(
            own.resolve("keys.pem"),
            Files.readString(own.resolve("x.key")) + Files.readString(own.resolve("x.pem")));
    Path trusted = Files.writeString(own.resolve("authority.pem"), AUTHORITY.rootPem());
    Map<String, String> link = new HashMap<>();
    link.put("security.protocol", "SSL");
    link.put("ssl.keystore.type", "PEM");
    link.put("ssl.keystore.location", keys.toString());
    link.put("ssl.truststore.type", "PEM");
    link.put("ssl.truststore.location", trusted.toString());
    return link;
  }
}
