package io.postern.rules.outbound;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.host;
import static io.postern.rules.Sample.onPremisesOut;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerOut;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.OrganizationFields;
import io.postern.contracts.v1.RequireTls;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exchange's RouteAllMessagesViaOnPremises without a loop, and CloudServicesMailEnabled. */
class CentralTransportTest {
  private static final Directory CENTRAL =
      directory(
          organization("contoso"),
          domain("contoso", "contoso.com"),
          organization("northwind"),
          domain("northwind", "northwind.com"),
          onPremisesOut(
              "contoso",
              "central",
              c ->
                  c.setUseMxRecord(false)
                      .addSmartHosts(host("mail.contoso.com", 0))
                      .addRecipientDomains("*")
                      .addRecipientDomains("vip.example")
                      .setCloudServicesMailEnabled(true)
                      .setRouteAllMessagesViaOnPremises(true)),
          partnerOut("contoso", "Fabrikam", c -> c.addRecipientDomains("fabrikam.com")));

  private static OutboundDecision.Deliver deliver(
      Direction direction, String recipient, boolean provenServer) {
    return (OutboundDecision.Deliver)
        OutboundRules.decide(
            CENTRAL,
            new OutboundMail(
                "contoso",
                direction,
                "",
                "",
                recipient,
                RequireTls.REQUIRE_TLS_UNSPECIFIED,
                provenServer,
                null));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "outside.example, ''",
    "vip.example, ''", // the central connector names it, and it is a loop all the same
    "fabrikam.com, Fabrikam",
    "northwind.com, ''",
    "contoso.com, ''",
  })
  void mailThatTheOwnServerBroughtByCertificateIsNotTakenBackToIt(
      String recipient, String connector) {
    assertThat(deliver(Direction.ORIGINATING, recipient, true).connector()).isEqualTo(connector);
  }

  @ParameterizedTest
  @CsvSource({"outside.example", "vip.example", "fabrikam.com", "northwind.com"})
  void nothingElseEscapesIt(String recipient) {
    assertThat(deliver(Direction.ORIGINATING, recipient, false).connector()).isEqualTo("central");
  }

  @Test
  void theExplanationSaysThatItWouldLoop() {
    assertThat(deliver(Direction.ORIGINATING, "outside.example", true).explanation().toString())
        .contains("routeAllMessagesViaOnPremises", "the mail would loop");
  }

  @ParameterizedTest(name = "{0}, proven {1}: {2}")
  @CsvSource({
    "outside.example, false, ORGANIZATION_FIELDS_CROSS_PREMISES", // by the hybrid connector
    "outside.example, true, ORGANIZATION_FIELDS_REMOVED", // by MX
    "fabrikam.com, true, ORGANIZATION_FIELDS_REMOVED", // by a partner connector
    "northwind.com, false, ORGANIZATION_FIELDS_REMOVED", // another organization here, by the same
    "northwind.com, true, ORGANIZATION_FIELDS_REMOVED", // another organization's mailboxes
    "contoso.com, true, ORGANIZATION_FIELDS_UNSPECIFIED", // its own mailboxes
  })
  void organizationFieldsLeaveTheOrganizationByItsHybridConnectorAlone(
      String recipient, boolean provenServer, OrganizationFields expected) {
    assertThat(deliver(Direction.ORIGINATING, recipient, provenServer).organizationFields())
        .isEqualTo(expected);
  }
}
