package io.postern.rules.inbound;

import static io.postern.rules.Sample.directory;
import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Condition;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.Sample;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mail of an own server from another organization's domain (docs/decisions/0086). */
class AnothersSenderTest {
  private static final DirectoryObject REWRITES =
      DirectoryObject.newBuilder()
          .setOrganization(
              Organization.newBuilder()
                  .setId("contoso")
                  .setSenderRewritingDomain("srs.contoso.com"))
          .build();

  private static Directory with(DirectoryObject contoso, DirectoryObject... more) {
    List<DirectoryObject> all =
        new java.util.ArrayList<>(
            List.of(
                contoso,
                domain("contoso", "contoso.com"),
                domain("contoso", "srs.contoso.com"),
                onPremisesIn(
                    "contoso", "own", c -> c.setTlsSenderCertificateName("mail.contoso.com")),
                organization("fabrikam"),
                domain("fabrikam", "fabrikam.com"),
                domain(
                    "fabrikam",
                    "shared.fabrikam.com",
                    d -> d.addAllowedSenderOrganizations("contoso")),
                organization("northwind"),
                domain(
                    "northwind",
                    "northwind.com",
                    d -> d.addAllowedSenderOrganizations("fabrikam"))));
    all.addAll(List.of(more));
    return directory(all.toArray(DirectoryObject[]::new));
  }

  private static String decided(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          accept.organization() + (accept.rewriteSender() ? " rewritten" : " accepted");
      case InboundDecision.Refuse refuse -> refuse.enhanced() + " " + refuse.rule();
      case InboundDecision.VerdictNeeded needed -> "asked";
    };
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // to the outside
        "fabrikam.com, outside.example, 5.7.60 allowedSenderOrganizations, contoso rewritten",
        "Fabrikam.COM, outside.example, 5.7.60 allowedSenderOrganizations, contoso rewritten",
        "northwind.com, outside.example, 5.7.60 allowedSenderOrganizations, contoso rewritten",
        "shared.fabrikam.com, outside.example, contoso accepted, contoso accepted",
        "contoso.com, outside.example, contoso accepted, contoso accepted",
        "stranger.example, outside.example, contoso accepted, contoso accepted",
        "sub.fabrikam.com, outside.example, contoso accepted, contoso accepted",
        "-, outside.example, contoso accepted, contoso accepted",
        // to accepted domains: as before
        "fabrikam.com, contoso.com, contoso accepted, contoso accepted",
        "fabrikam.com, fabrikam.com, contoso accepted, contoso accepted",
        "fabrikam.com, northwind.com, contoso accepted, contoso accepted",
      })
  void anOwnServerSendsToTheOutsideFromAnothersDomainOnlyAllowedOrRewritten(
      String mailFrom, String recipient, String alone, String rewriting) {
    InboundFacts facts = tls("198.51.100.1", mailFrom, "mail.contoso.com");
    assertThat(
            decided(
                InboundRules.decide(with(organization("contoso")), facts, recipient, Sample.GOOD)))
        .isEqualTo(alone);
    assertThat(decided(InboundRules.decide(with(REWRITES), facts, recipient, Sample.GOOD)))
        .isEqualTo(rewriting);
  }

  /**
   * A server of two organizations, whose certificate is the one's and whose address the other's.
   */
  @ParameterizedTest
  @CsvSource({
    "198.51.100.1, false, false, true, contoso accepted",
    "198.51.100.2, false, false, true, 5.7.60 allowedSenderOrganizations",
    "198.51.100.1, true, false, true, 5.7.60 allowedSenderOrganizations",
    "198.51.100.1, false, true, true, contoso accepted",
    // Without the certificate the address is enough, and the mail is its organization's.
    "198.51.100.1, false, false, false, fabrikam accepted",
    "198.51.100.1, false, true, false, 5.7.3 requireTls",
  })
  void aServerOfBothOrganizationsSendsForBoth(
      String ip, boolean blocked, boolean requireTls, boolean certificate, String expected) {
    Consumer<InboundConnector.Builder> shared =
        c -> c.addSenderIpAddresses("198.51.100.1").setBlocked(blocked).setRequireTls(requireTls);
    Directory directory =
        with(organization("contoso"), onPremisesIn("fabrikam", "the same server", shared));
    InboundFacts facts =
        certificate ? tls(ip, "fabrikam.com", "mail.contoso.com") : plain(ip, "fabrikam.com");
    assertThat(decided(InboundRules.decide(directory, facts, "outside.example", Sample.GOOD)))
        .isEqualTo(expected);
  }

  /** The pair that only relays: the client's address with a certificate that proves nothing. */
  @Test
  void aMixedPairGivesNoRightToAnothersDomain() {
    Directory directory =
        with(
            organization("contoso"),
            onPremisesIn("contoso", "by address", c -> c.addSenderIpAddresses("192.0.2.1")));
    assertThat(
            decided(
                InboundRules.decide(
                    directory,
                    tls("192.0.2.1", "fabrikam.com", "x.contoso.com"),
                    "outside.example",
                    Sample.GOOD)))
        .isEqualTo("5.7.60 allowedSenderOrganizations");
  }

  /** A client that is not its server learns what it did before. */
  @Test
  void theRuleIsForOwnServersOnly() {
    assertThat(
            decided(
                InboundRules.decide(
                    with(REWRITES),
                    plain("203.0.113.1", "fabrikam.com"),
                    "outside.example",
                    Sample.NEVER_ASKED)))
        .isEqualTo("5.7.64 tenantAttribution");
  }

  @Test
  void theExplanationIsForTheSendingOrganizationAndNamesNothingOfTheOther() {
    Directory directory = with(organization("contoso"));
    InboundFacts facts = tls("198.51.100.1", "fabrikam.com", "mail.contoso.com");
    ExplainedInbound explained =
        ExplainedInbound.of(directory, facts, "outside.example", Sample.GOOD, "contoso");
    assertThat(explained.decision())
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class,
            refuse -> {
              assertThat(refuse.code()).isEqualTo(550);
              assertThat(refuse.organization()).isEqualTo("contoso");
              assertThat(refuse.connector()).isEqualTo("own");
              assertThat(refuse.text()).contains("send as this sender", "must add yours");
              assertThat(refuse.explanation().getOrganization()).isEqualTo("contoso");
              assertThat(refuse.explanation().toString())
                  .contains("does not allow contoso")
                  .doesNotContain("\"fabrikam\"", "fabrikam/");
            });
    ExplainedConnector own = explained.connectors().getFirst();
    assertThat(own.effect()).isEqualTo(ExplainedConnector.Effect.REFUSES);
    assertThat(own.conditions())
        .filteredOn(Condition::notMet)
        .extracting(Condition::parameter)
        .containsExactly("allowedSenderOrganizations");
  }
}
