package io.postern.operator.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.log.topics.TopicsSetup;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessRightsTest {
  private static final Set<AclBinding> ALL = AccessRights.all(PrincipalForm.COMMON_NAME);

  @Test
  void mailContentIsReadByDeliveryAlone() {
    assertThat(who(Topics.MAIL_CONTENT, AclOperation.READ)).containsExactly("User:delivery");
    // Policy writes the text of DSNs, and reads nobody's mail.
    assertThat(who(Topics.MAIL_CONTENT, AclOperation.WRITE))
        .containsExactlyInAnyOrder("User:ingress", "User:policy");
    assertThat(who(Topics.MAIL_CONTENT_HELD, AclOperation.READ)).containsExactly("User:delivery");
    assertThat(who(Topics.MAIL_CONTENT_KEYS, AclOperation.READ)).containsExactly("User:delivery");
    assertThat(who(Topics.MAIL_CONTENT_KEYS, AclOperation.WRITE)).containsExactly("User:ingress");
    // Ingress seals contents, and cannot read those of others.
    assertThat(who(Topics.MAIL_ACCEPTED, AclOperation.READ)).doesNotContain("User:ingress");
  }

  @Test
  void theDirectoryIsWrittenByPolicyAlone() {
    assertThat(who(Topics.DIRECTORY, AclOperation.WRITE)).containsExactly("User:policy");
    assertThat(who(Topics.CERTIFICATE_VERDICTS, AclOperation.WRITE))
        .containsExactly("User:certificate");
  }

  /**
   * Who takes a partition reads back what its predecessor wrote (docs/design/the-log.md,
   * "Takeover").
   */
  @Test
  void deliveryReadsTheOutcomesThatItAloneWrites() {
    assertThat(who(Topics.MAIL_OUTCOMES, AclOperation.READ)).contains("User:delivery");
    assertThat(who(Topics.MAIL_OUTCOMES, AclOperation.WRITE)).containsExactly("User:delivery");
    assertThat(who(Topics.MAIL_SCHEDULE_OUTCOMES, AclOperation.WRITE))
        .containsExactly("User:policy");
  }

  /**
   * Nothing on the way of a message is written in a transaction (docs/design/the-log.md, "Producers
   * and readers").
   */
  @Test
  void policyAloneHasTransactions() {
    assertThat(ALL)
        .filteredOn(right -> right.pattern().resourceType() == ResourceType.TRANSACTIONAL_ID)
        .isNotEmpty()
        .allSatisfy(right -> assertThat(right.entry().principal()).isEqualTo("User:policy"));
  }

  /** The channels of the messaging framework are named in settings alone. */
  @ParameterizedTest
  @CsvSource({
    "ingress-service, User:ingress",
    "policy-service, User:policy",
    "certificate-service, User:certificate",
    "delivery-service, User:delivery"
  })
  void whatAServicesChannelsWriteAndReadItMay(String service, String principal) throws Exception {
    Properties settings = new Properties();
    Path file = Path.of("..", service, "src", "main", "resources", "application.properties");
    try (Reader reader = Files.newBufferedReader(file)) {
      settings.load(reader);
    }
    settings.forEach(
        (key, topic) -> {
          if (String.valueOf(key).matches("mp\\.messaging\\.(incoming|outgoing)\\.[^.]+\\.topic")) {
            boolean writes = String.valueOf(key).contains(".outgoing.");
            assertThat(who(String.valueOf(topic), writes ? AclOperation.WRITE : AclOperation.READ))
                .as("%s of %s", key, service)
                .contains(principal);
          }
        });
  }

  /** What a start verifies beside our topics: Kafka's own, and what brokers make them with. */
  @Test
  void everyServiceMayLookAtKafkasOwnTopicsAndAtTheBrokersSettingsAndNoMore() {
    Set<String> everyone =
        Principal.ALL.stream().map(p -> "User:" + p.name()).collect(Collectors.toSet());
    for (String topic : TopicsSetup.KAFKAS_OWN) {
      assertThat(who(topic, AclOperation.DESCRIBE)).isEqualTo(everyone);
      assertThat(who(topic, AclOperation.DESCRIBE_CONFIGS)).isEqualTo(everyone);
      assertThat(who(topic, AclOperation.READ)).isEmpty();
      assertThat(who(topic, AclOperation.WRITE)).isEmpty();
    }
    assertThat(ALL)
        .filteredOn(right -> right.pattern().resourceType() == ResourceType.CLUSTER)
        .filteredOn(right -> right.entry().operation() != AclOperation.DESCRIBE)
        .extracting(right -> right.entry().operation())
        .containsOnly(AclOperation.DESCRIBE_CONFIGS)
        .hasSize(everyone.size());
  }

  /** It stops taking mail before a broker's disk is full. */
  @Test
  void ingressAloneMaySeeWhatTheBrokersDisksHaveFree() {
    assertThat(ALL)
        .filteredOn(right -> right.pattern().resourceType() == ResourceType.CLUSTER)
        .filteredOn(right -> right.entry().operation() == AclOperation.DESCRIBE)
        .extracting(right -> right.entry().principal())
        .containsExactly("User:ingress");
  }

  @Test
  void nobodyChangesTopicsOrHasARightOverAll() {
    assertThat(ALL)
        .allSatisfy(
            right -> {
              assertThat(right.entry().operation())
                  .isIn(
                      AclOperation.READ,
                      AclOperation.WRITE,
                      AclOperation.DESCRIBE,
                      AclOperation.DESCRIBE_CONFIGS);
              assertThat(right.pattern().name()).isNotEqualTo("*");
              assertThat(right.entry().principal()).isNotEqualTo("User:*");
            });
  }

  @Test
  void everyWriterAndReaderOfADeclarationIsSomeonesRole() {
    Set<String> roles = new TreeSet<>(Set.of("console")); // not built yet
    Principal.ALL.forEach(principal -> roles.addAll(principal.roles()));
    assertThat(Topics.ALL)
        .allSatisfy(
            topic -> {
              assertThat(roles).containsAll(topic.writers());
              assertThat(roles).containsAll(topic.readers());
            });
  }

  @Test
  void everyGroupHasOnePrincipal() {
    assertThat(Principal.ALL.stream().flatMap(principal -> principal.groups().stream()))
        .containsExactlyInAnyOrderElementsOf(ConsumerGroups.TOPICS.keySet());
  }

  private static Set<String> who(String topic, AclOperation operation) {
    return ALL.stream()
        .filter(right -> right.pattern().name().equals(topic))
        .map(AclBinding::entry)
        .filter(entry -> entry.operation() == operation)
        .map(entry -> entry.principal())
        .collect(Collectors.toSet());
  }
}
