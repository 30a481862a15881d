package io.postern.rules;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RecipientGroup;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhoseSenderTest {
  private static final Directory DIRECTORY =
      directory(
          organization("contoso"),
          domain("contoso", "contoso.com"),
          onPremisesIn("contoso", "own", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
          onPremisesIn(
              "contoso",
              "own gateway",
              c -> c.addSenderIpAddresses("192.0.2.1").setEfSkipLastIp(true)),
          partnerIn("contoso", "all", c -> c.addSenderDomains("*")),
          partnerIn("contoso", "partner", c -> c.addSenderDomains("*.partner.example")),
          partnerIn(
              "contoso",
              "gateway",
              c ->
                  c.addSenderDomains("*")
                      .addSenderDomains("partner.example")
                      .setRestrictDomainsToIpAddresses(true)
                      .addSenderIpAddresses("192.0.2.1")
                      .setEfSkipLastIp(true)),
          organization("fabrikam"),
          domain("fabrikam", "fabrikam.com"),
          domain(
              "fabrikam", "shared.fabrikam.com", d -> d.addAllowedSenderOrganizations("contoso")),
          domain("gone", "gone.com"));

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "contoso.com, OWN",
        "Contoso.COM, OWN",
        "sub.contoso.com, NO_ORGANIZATIONS",
        "fabrikam.com, ANOTHERS",
        "shared.fabrikam.com, ALLOWED",
        "sub.fabrikam.com, NO_ORGANIZATIONS",
        "gone.com, NO_ORGANIZATIONS",
        "outside.example, NO_ORGANIZATIONS",
        "[192.0.2.1], NO_ORGANIZATIONS",
        "-, NO_ORGANIZATIONS",
      })
  void theDomainIsItsOwnersExactly(String domain, WhoseSender expected) {
    assertThat(WhoseSender.of(DIRECTORY, "contoso", domain)).isEqualTo(expected);
  }

  /** Own, allowed, another's and foreign senders by each kind of connector. */
  @ParameterizedTest
  @CsvSource(
      value = {
        // the own server: what is the organization's, and what it may use
        "ORIGINATING, own, good, '', contoso.com, true",
        "ORIGINATING, own, good, '', shared.fabrikam.com, true",
        "ORIGINATING, own, good, '', fabrikam.com, false",
        "ORIGINATING, own, good, '', outside.example, false",
        // the own server that relays for others
        "ORIGINATING, own gateway, '', 192.0.2.1, contoso.com, true",
        "ORIGINATING, own gateway, '', 192.0.2.1, shared.fabrikam.com, false",
        // a partner: the domain that the connector names, with its certificate or address
        "INCOMING, partner, good, '', mx.partner.example, true",
        "INCOMING, partner, '', 192.0.2.9, partner.example, true",
        "INCOMING, partner, '', '', partner.example, false",
        "INCOMING, partner, good, '', outside.example, false",
        // "*" names no domain
        "INCOMING, all, good, '', outside.example, false",
        "INCOMING, all, good, '', contoso.com, true",
        // a gateway proves itself, whatever its connector names
        "INCOMING, gateway, '', 192.0.2.1, outside.example, false",
        "INCOMING, gateway, '', 192.0.2.1, partner.example, false",
        "INCOMING, gateway, '', 192.0.2.1, contoso.com, false",
        // no connector, or one that was removed since
        "INCOMING, '', '', '', contoso.com, false",
        "INCOMING, removed, good, '', partner.example, false",
        "ORIGINATING, removed, good, '', contoso.com, true",
      })
  void aSenderIsProvedByWhatTheConnectorSaysOfItsDomain(
      Direction direction,
      String connector,
      String verdict,
      String byAddress,
      String domain,
      boolean proved) {
    RecipientGroup group =
        RecipientGroup.newBuilder()
            .setOrganization("contoso")
            .setConnector(connector)
            .setDirection(direction)
            .setVerdict(verdict)
            .setByAddress(byAddress)
            .build();
    assertThat(WhoseSender.isProved(DIRECTORY, group, domain)).isEqualTo(proved);
  }
}
