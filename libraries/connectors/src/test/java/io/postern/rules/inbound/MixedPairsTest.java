package io.postern.rules.inbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import io.postern.rules.checks.DirectoryRules;
import io.postern.rules.outbound.OutboundRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The right to relay by a certificate with MAIL FROM, or by an address with a certificate, and the
 * address that is enough for own recipients: what they permit, and what they never do.
 */
class MixedPairsTest {
  private static final String ELSEWHERE = "198.51.100.7";
  private static final String OUTSIDE = "outside.example";

  /** Both use the vendor's service, which shows one certificate for all its customers. */
  private static Directory twoCustomersOfOneVendor() {
    return Directory.of(
        List.of(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn("contoso", "Vendor", MixedPairsTest::vendor),
            organization("fabrikam"),
            domain("fabrikam", "fabrikam.net"),
            onPremisesIn("fabrikam", "Vendor", MixedPairsTest::vendor)),
        1,
        Map.of());
  }

  private static void vendor(io.postern.contracts.v1.InboundConnector.Builder connector) {
    // The rules refuse the two flags with this name; what is stored by a newer version does not
    // count.
    connector
        .setTlsSenderCertificateName("mail.vendor.example")
        .setCloudServicesMailEnabled(true)
        .setTreatMessagesAsInternal(true);
  }

  private static InboundDecision decide(Directory directory, InboundFacts facts, String to) {
    return InboundRules.decide(directory, facts, to, Sample.GOOD);
  }

  private static String outcome(InboundDecision decision) {
    return switch (decision) {
      case InboundDecision.Accept accept ->
          accept.direction() + " " + accept.organization() + "/" + accept.connector();
      case InboundDecision.Refuse refuse -> refuse.code() + " " + refuse.enhanced();
      case InboundDecision.VerdictNeeded needed -> "asked";
    };
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {
        "contoso.com, outside.example, ORIGINATING contoso/Vendor",
        "fabrikam.net, outside.example, ORIGINATING fabrikam/Vendor",
        "null, outside.example, 550 5.7.64",
        "adatum.com, outside.example, 550 5.7.64",
        // To a recipient here it is a client as any other.
        "contoso.com, fabrikam.net, INCOMING fabrikam/",
        "contoso.com, contoso.com, INCOMING contoso/",
        "adatum.com, contoso.com, INCOMING contoso/",
      })
  void twoOrganizationsWithOneVendorsCertificateStayApart(
      @Nullable String from, String to, String expected) {
    assertThat(
            outcome(
                decide(twoCustomersOfOneVendor(), tls(ELSEWHERE, from, "mail.vendor.example"), to)))
        .isEqualTo(expected);
  }

  @Test
  void aVendorsCertificateNeverMakesASenderInternalNorAProvenServer() {
    Directory directory = twoCustomersOfOneVendor();
    InboundDecision.Accept accept =
        (InboundDecision.Accept)
            decide(directory, tls(ELSEWHERE, "contoso.com", "mail.vendor.example"), OUTSIDE);
    assertThat(accept.trust()).isEqualTo(SenderTrust.RELAYS_ONLY);
    assertThat(accept.verdict()).isEqualTo("good");
    assertThat(OutboundRules.provenServer(accept)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"BAD, REVOKED, 454 4.7.0", "UNKNOWN, UNAVAILABLE, 451 4.7.5"})
  void aCertificateThatIsNotGoodRelaysNothing(
      VerdictResult result, VerdictReason reason, String expected) {
    assertThat(
            outcome(
                InboundRules.decide(
                    twoCustomersOfOneVendor(),
                    tls(ELSEWHERE, "contoso.com", "mail.vendor.example"),
                    OUTSIDE,
                    Sample.verdict(result, reason))))
        .isEqualTo(expected);
    assertThat(
            outcome(
                InboundRules.decide(
                    ownServer(),
                    tls("192.0.2.25", "adatum.com", "mail.contoso.com"),
                    OUTSIDE,
                    Sample.verdict(result, reason))))
        .isEqualTo(expected);
  }

  /** A name in another organization's domain is that organization's, whatever a connector says. */
  @Test
  void aNameInAnotherOrganizationsDomainRelaysForItAlone() {
    List<DirectoryObject> objects =
        List.of(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            onPremisesIn(
                "contoso", "Theirs", c -> c.setTlsSenderCertificateName("mail.eu.fabrikam.net")),
            organization("fabrikam"),
            domain("fabrikam", "fabrikam.net"));
    assertThat(
            outcome(
                decide(
                    Directory.of(objects, 1, Map.of()),
                    tls(ELSEWHERE, "contoso.com", "mail.eu.fabrikam.net"),
                    OUTSIDE)))
        .isEqualTo("550 5.7.64");
    assertThat(DirectoryRules.validate(Directory.of(List.of(), 0, Map.of()), objects))
        .singleElement()
        .satisfies(problem -> assertThat(problem.getProblem()).contains("another organization"));
  }

  @Test
  void aWildcardDoesNotReachIntoASubdomainOfAnotherOrganization() {
    Directory directory =
        Directory.of(
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                onPremisesIn("contoso", "Own", c -> c.setTlsSenderCertificateName("*.contoso.com")),
                organization("sold"),
                domain("sold", "sold.contoso.com")),
            1,
            Map.of());
    assertThat(outcome(decide(directory, tls(ELSEWHERE, null, "a.b.contoso.com"), OUTSIDE)))
        .isEqualTo("ORIGINATING contoso/Own");
    for (String from : new @Nullable String[] {null, "contoso.com"}) {
      assertThat(outcome(decide(directory, tls(ELSEWHERE, from, "a.b.sold.contoso.com"), OUTSIDE)))
          .isEqualTo("550 5.7.64");
    }
  }

  /**
   * One organization's wildcard over a service's domain takes no session of the service from
   * another one, though a domain of its own is below.
   */
  @Test
  void aWildcardOverASharedServiceTakesNoMailOfAnotherOrganization() {
    DirectoryObject wildcard =
        onPremisesIn("contoso", "Wide", c -> c.setTlsSenderCertificateName("*.signatures.example"));
    List<DirectoryObject> objects =
        List.of(
            organization("contoso"),
            domain("contoso", "contoso.com"),
            domain("contoso", "a.signatures.example"),
            wildcard,
            organization("fabrikam"),
            domain("fabrikam", "fabrikam.net"),
            onPremisesIn("fabrikam", "By address", c -> c.addSenderIpAddresses("192.0.2.25")),
            onPremisesIn(
                "fabrikam",
                "By name",
                c -> c.setTlsSenderCertificateName("smtp.signatures.example")));
    Directory directory = Directory.of(objects, 1, Map.of());
    String service = "smtp.signatures.example";
    assertThat(outcome(decide(directory, tls("192.0.2.25", "fabrikam.net", service), OUTSIDE)))
        .isEqualTo("ORIGINATING fabrikam/By address");
    assertThat(outcome(decide(directory, tls(ELSEWHERE, "fabrikam.net", service), OUTSIDE)))
        .isEqualTo("ORIGINATING fabrikam/By name");
    assertThat(outcome(decide(directory, tls(ELSEWHERE, "contoso.com", service), OUTSIDE)))
        .isEqualTo("ORIGINATING contoso/Wide");
    assertThat(outcome(decide(directory, tls(ELSEWHERE, null, service), OUTSIDE)))
        .isEqualTo("550 5.7.64");
    assertThat(outcome(decide(directory, tls(ELSEWHERE, null, "a.signatures.example"), OUTSIDE)))
        .isEqualTo("ORIGINATING contoso/Wide");
  }

  private static Directory ownServer(DirectoryObject... more) {
    List<DirectoryObject> all =
        new ArrayList<>(
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                onPremisesIn(
                    "contoso",
                    "Own",
                    c -> c.addSenderIpAddresses("192.0.2.25").setTreatMessagesAsInternal(true))));
    all.addAll(List.of(more));
    return Directory.of(all, 1, Map.of());
  }

  @Test
  void anOwnAddressWithAnOwnCertificateRelaysForAnySenderAndIsNeverInternal() {
    InboundFacts facts = tls("192.0.2.25", null, "mail.contoso.com");
    InboundDecision.Accept accept = (InboundDecision.Accept) decide(ownServer(), facts, OUTSIDE);
    assertThat(outcome(accept)).isEqualTo("ORIGINATING contoso/Own");
    assertThat(accept.trust()).isEqualTo(SenderTrust.RELAYS_ONLY);
    assertThat(accept.verdict()).isEqualTo("good");
    assertThat(accept.byAddress()).isEqualTo("192.0.2.25");
    assertThat(outcome(decide(ownServer(), tls(ELSEWHERE, null, "mail.contoso.com"), OUTSIDE)))
        .isEqualTo("550 5.7.64");
  }

  @Test
  void anOwnAddressIsEnoughForOwnRecipientsAndIsNeverInternal() {
    DirectoryObject lock =
        partnerIn(
            "contoso",
            "Lock",
            c ->
                c.addSenderDomains("*")
                    .setRequireTls(true)
                    .setRestrictDomainsToCertificate(true)
                    .setTlsSenderCertificateName("mail.filter.example"));
    InboundDecision.Accept accept =
        (InboundDecision.Accept)
            decide(ownServer(lock), plain("192.0.2.25", "adatum.com"), "contoso.com");
    assertThat(outcome(accept)).isEqualTo("INCOMING contoso/Own");
    assertThat(accept.trust()).isEqualTo(SenderTrust.NONE);
    assertThat(accept.direction()).isEqualTo(Direction.INCOMING);
    assertThat(outcome(decide(ownServer(lock), plain(ELSEWHERE, "adatum.com"), "contoso.com")))
        .isEqualTo("550 5.7.3");
  }

  /** Of what a gateway relays the source decides, not that the gateway is an own server. */
  @Test
  void anOwnGatewaysAddressIsNotEnough() {
    Directory directory =
        Directory.of(
            List.of(
                organization("contoso"),
                domain("contoso", "contoso.com"),
                onPremisesIn(
                    "contoso",
                    "Gateway",
                    c -> c.addSenderIpAddresses("192.0.2.25").setEfSkipLastIp(true)),
                partnerIn(
                    "contoso",
                    "Lock",
                    c ->
                        c.addSenderDomains("adatum.com")
                            .addSenderIpAddresses("203.0.113.1")
                            .setRestrictDomainsToIpAddresses(true))),
            1,
            Map.of());
    assertThat(outcome(decide(directory, plain("192.0.2.25", "adatum.com"), "contoso.com")))
        .isEqualTo("550 5.7.51");
  }
}
