package io.postern.rules.outbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.MailboxRoute;
import io.postern.contracts.v1.OrganizationFields;
import io.postern.contracts.v1.RecipientValidation;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.checks.DirectoryRules;
import io.postern.rules.recipients.RecipientLists;
import io.postern.rules.recipients.SampleLists;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The next hops of a split domain's recipients. */
class RecipientRouteTest {
  private static final RecipientLists LISTS =
      SampleLists.of(
          "contoso",
          "contoso.com",
          Map.of("anna", "", "ben", "cloud", "carl", "onPremises", "dora", "gone"));

  private static DirectoryObject contoso(Consumer<AcceptedDomain.Builder> more) {
    return domain(
        "contoso",
        "contoso.com",
        d -> {
          d.addFurtherMailboxRoutes(
              MailboxRoute.newBuilder()
                  .setName("cloud")
                  .setHost(host("cloud.example", 2525))
                  .setTls(TlsLevel.DOMAIN_VALIDATION)
                  .setTlsDomain("cloud.example"));
          more.accept(d);
        });
  }

  private static Directory directory(AcceptedDomainType type, boolean connector) {
    List<DirectoryObject> objects = new ArrayList<>();
    objects.add(organization("contoso"));
    objects.add(organization("tailspin"));
    objects.add(contoso(d -> d.setDomainType(type)));
    if (connector) {
      objects.add(
          onPremisesOut(
              "contoso",
              "To our servers",
              c ->
                  c.addRecipientDomains("contoso.com")
                      .setUseMxRecord(false)
                      .addSmartHosts(host("exchange.contoso.com", 25))));
    }
    return Directory.of(objects, 1, Map.of(), LISTS);
  }

  private static OutboundDecision decide(
      Directory directory, String organization, String localPart) {
    return OutboundRules.decide(
        directory,
        new OutboundMail(
            organization,
            organization.equals("contoso") ? Direction.INCOMING : Direction.ORIGINATING,
            "",
            localPart,
            "contoso.com",
            RequireTls.REQUIRE_TLS_UNSPECIFIED,
            false,
            null));
  }

  private static String route(OutboundDecision decision) {
    return switch (decision) {
      case OutboundDecision.Deliver deliver -> deliver.nextHop().getRoute();
      case OutboundDecision.Hold hold -> hold.reason();
      case OutboundDecision.Fail fail -> fail.reason();
    };
  }

  @ParameterizedTest
  @CsvSource({
    // type, an on-premises connector for the domain, recipient, next hop
    "AUTHORITATIVE, false, anna, mailbox:mailbox.contoso.com:25",
    "AUTHORITATIVE, true, anna, smart:exchange.contoso.com:25",
    "AUTHORITATIVE, true, ben, mailbox:cloud.example:2525",
    "AUTHORITATIVE, false, BEN+news, mailbox:cloud.example:2525",
    "AUTHORITATIVE, true, carl, smart:exchange.contoso.com:25",
    "AUTHORITATIVE, false, carl, no-route",
    "AUTHORITATIVE, false, dora, no-route",
    "AUTHORITATIVE, true, nobody, smart:exchange.contoso.com:25",
    "AUTHORITATIVE, false, nobody, mailbox:mailbox.contoso.com:25",
    "INTERNAL_RELAY, true, anna, mailbox:mailbox.contoso.com:25",
    "INTERNAL_RELAY, true, ben, mailbox:cloud.example:2525",
    "INTERNAL_RELAY, true, carl, smart:exchange.contoso.com:25",
    "INTERNAL_RELAY, true, nobody, smart:exchange.contoso.com:25",
    "INTERNAL_RELAY, false, nobody, mailbox:mailbox.contoso.com:25",
    "INTERNAL_RELAY, true, PostMaster, mailbox:mailbox.contoso.com:25",
    "INTERNAL_RELAY, true, abuse, mailbox:mailbox.contoso.com:25",
    "AUTHORITATIVE, true, postmaster, smart:exchange.contoso.com:25",
    "AUTHORITATIVE, false, postmaster, mailbox:mailbox.contoso.com:25",
  })
  void aRecipientGoesAsItsDomainsListSays(
      AcceptedDomainType type, boolean connector, String localPart, String nextHop) {
    assertThat(route(decide(directory(type, connector), "contoso", localPart))).isEqualTo(nextHop);
  }

  /** G8: the route is the recipient's organization's, and its explanation does not say how. */
  @ParameterizedTest
  @CsvSource({
    // an on-premises connector for the domain, recipient, next hop
    "true, anna, mailbox:mailbox.contoso.com:25",
    "true, ben, mailbox:cloud.example:2525",
    "true, carl, smart:exchange.contoso.com:25",
    "false, carl, no-route",
    "true, dora, no-route",
  })
  void anotherOrganizationsMailGoesByTheRecipientsRoute(
      boolean connector, String localPart, String nextHop) {
    OutboundDecision decision =
        decide(directory(AcceptedDomainType.INTERNAL_RELAY, connector), "tailspin", localPart);
    assertThat(route(decision)).isEqualTo(nextHop);
    assertThat(decision.explanation().toString()).doesNotContain("list", "To our servers");
    if (decision instanceof OutboundDecision.Deliver deliver) {
      assertThat(deliver.connector()).as("the sender's organization has none here").isEmpty();
      assertThat(deliver.organizationFields())
          .isEqualTo(OrganizationFields.ORGANIZATION_FIELDS_REMOVED);
    }
  }

  /**
   * The demands and the identity are those of the recipient's organization, as for mail from
   * outside.
   */
  @Test
  void anotherOrganizationsMailMeetsTheDemandsOfTheRecipientsConnector() {
    Directory directory =
        Directory.of(
            List.of(
                organization("contoso"),
                organization("tailspin"),
                contoso(d -> {}),
                onPremisesOut(
                    "contoso",
                    "To our servers",
                    c ->
                        c.addRecipientDomains("contoso.com")
                            .setUseMxRecord(false)
                            .addSmartHosts(host("exchange.contoso.com", 25))
                            .setTlsSettings(TlsLevel.DOMAIN_VALIDATION)
                            .setTlsDomain("exchange.contoso.com")
                            .setClientCertificate("relay")
                            .setCredentials("relay")
                            .setSenderRewritingEnabled(true)
                            .setCloudServicesMailEnabled(true))),
            1,
            Map.of(),
            LISTS);
    OutboundDecision.Deliver outside =
        (OutboundDecision.Deliver) decide(directory, "contoso", "carl");
    OutboundDecision.Deliver other =
        (OutboundDecision.Deliver) decide(directory, "tailspin", "carl");

    assertThat(outside.requirement().getTlsDomain()).isEqualTo("exchange.contoso.com");
    assertThat(outside.requirement().getClientCertificate()).isEqualTo("contoso/relay");
    assertThat(other.requirement()).isEqualTo(outside.requirement());
    assertThat(other.nextHop()).isEqualTo(outside.nextHop());
    assertThat(other.connector()).isEmpty();
    assertThat(other.organizationFields())
        .isEqualTo(OrganizationFields.ORGANIZATION_FIELDS_REMOVED);
  }

  /** An own domain whose connector goes by MX: the MX may point back here. */
  @Test
  void anotherOrganizationsMailIsHeldWhereTheConnectorGoesByMx() {
    Directory directory =
        Directory.of(
            List.of(
                organization("contoso"),
                organization("tailspin"),
                contoso(d -> {}),
                onPremisesOut(
                    "contoso",
                    "By MX",
                    c ->
                        c.addRecipientDomains("contoso.com")
                            .clearSmartHosts()
                            .setUseMxRecord(true))),
            1,
            Map.of(),
            LISTS);
    assertThat(route(decide(directory, "tailspin", "carl"))).isEqualTo("no-route");
  }

  /** S4, on each route, and the route's own level. */
  @Test
  void everyRouteGoesOverTlsWithForwardSecrecy() {
    OutboundDecision.Deliver cloud =
        (OutboundDecision.Deliver)
            decide(directory(AcceptedDomainType.AUTHORITATIVE, false), "contoso", "ben");
    assertThat(cloud.requirement().getLevel()).isEqualTo(TlsLevel.DOMAIN_VALIDATION);
    assertThat(cloud.requirement().getTlsDomain()).isEqualTo("cloud.example");
    assertThat(cloud.requirement().getForwardSecrecy()).isTrue();
    assertThat(cloud.explanation().toString())
        .contains("list names the route cloud for the recipient")
        .doesNotContain("ben");
  }

  private static List<String> problems(RecipientLists lists, DirectoryObject change) {
    Directory before = Directory.of(List.of(organization("contoso")), 1, Map.of(), lists);
    return DirectoryRules.validate(before, List.of(change)).stream()
        .map(DirectoryProblem::getField)
        .toList();
  }

  @Test
  void aDomainIsCheckedWithItsList() {
    Consumer<AcceptedDomain.Builder> byList =
        d -> d.setRecipientValidation(RecipientValidation.RECIPIENT_VALIDATION_LIST);
    RecipientLists cloud = SampleLists.of("contoso", "contoso.com", Map.of("ben", "cloud"));

    assertThat(problems(RecipientLists.NONE, contoso(d -> {}))).isEmpty();
    assertThat(problems(cloud, contoso(byList))).isEmpty();
    assertThat(problems(RecipientLists.NONE, contoso(byList)))
        .as("all its mail would be deferred")
        .containsExactly("recipientValidation");
    assertThat(problems(cloud, domain("contoso", "contoso.com")))
        .as("a recipient names the route that goes")
        .containsExactly("furtherMailboxRoutes");
    assertThat(
            problems(
                cloud,
                contoso(
                    d ->
                        d.setRecipientValidation(
                            RecipientValidation.RECIPIENT_VALIDATION_MAILBOX_ROUTE))))
        .as("the mailbox route is asked, and it knows nothing of those elsewhere")
        .containsExactly("recipientValidation");
    assertThat(
            problems(
                cloud,
                contoso(
                    d ->
                        d.setDomainTypeValue(9)
                            .setUnansweredRecipientsValue(9)
                            .setRecipientValidationValue(9))))
        .containsExactly("domainType", "recipientValidation", "unansweredRecipients");
    assertThat(
            problems(
                cloud,
                contoso(
                    d ->
                        d.addFurtherMailboxRoutes(
                                MailboxRoute.newBuilder()
                                    .setName("cloud")
                                    .setHost(host("b.example", 0))
                                    .setTls(TlsLevel.ENCRYPTION_ONLY))
                            .addFurtherMailboxRoutes(
                                MailboxRoute.newBuilder().setName("No Name")))))
        .containsExactly(
            "furtherMailboxRoutes[1].name",
            "furtherMailboxRoutes[2].name",
            "furtherMailboxRoutes[2].host",
            "furtherMailboxRoutes[2].tlsSettings");
  }
}
