package io.postern.rules.inbound;

import static io.postern.rules.Sample.domain;
import static io.postern.rules.Sample.onPremisesIn;
import static io.postern.rules.Sample.organization;
import static io.postern.rules.Sample.partnerIn;
import static io.postern.rules.Sample.plain;
import static io.postern.rules.Sample.tls;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.Directory;
import io.postern.rules.Sample;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.gateway.TrueSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mail through a gateway: contoso's MX is a filter at 192.0.2.1, fabrikam sends from 203.0.113.7.
 */
class EnhancedFilteringTest {
  private static final String GATEWAY = "192.0.2.1";
  private static final String FABRIKAM = "203.0.113.7";

  private final List<DirectoryObject> objects =
      new ArrayList<>(
          List.of(
              organization("contoso"),
              domain("contoso", "contoso.com"),
              domain("contoso", "pilot.example"),
              organization("other"),
              domain("other", "other.example")));

  private static DirectoryObject filter(Consumer<InboundConnector.Builder> more) {
    return partnerIn(
        "contoso",
        "From filter",
        c -> {
          c.addSenderDomains("*")
              .setRestrictDomainsToIpAddresses(true)
              .addSenderIpAddresses(GATEWAY)
              .setEfSkipLastIp(true);
          more.accept(c);
        });
  }

  private static DirectoryObject fabrikam(Consumer<InboundConnector.Builder> more) {
    return partnerIn(
        "contoso",
        "From Fabrikam",
        c -> {
          c.addSenderDomains("fabrikam.com")
              .setRestrictDomainsToIpAddresses(true)
              .addSenderIpAddresses("203.0.113.0/24");
          more.accept(c);
        });
  }

  private EnhancedFilteringTest with(DirectoryObject object) {
    objects.add(object);
    return this;
  }

  private Directory directory() {
    return Directory.of(objects, 1, Map.of());
  }

  private String gateway(InboundFacts facts, String recipientDomain) {
    return switch (GatewayRules.find(directory(), facts, recipientDomain, Sample.GOOD)) {
      case GatewayRules.Answer.None none -> "none";
      case GatewayRules.Answer.Through through -> through.gateway().subject();
      case GatewayRules.Answer.NotGood notGood -> notGood.refusal().text();
      case GatewayRules.Answer.Question question -> "asked";
    };
  }

  private Gateway through(InboundFacts facts) {
    if (GatewayRules.find(directory(), facts, "contoso.com", Sample.GOOD)
        instanceof GatewayRules.Answer.Through through) {
      return through.gateway();
    }
    throw new AssertionError("no gateway");
  }

  private static TrueSource found(Gateway gateway, String address) {
    return new TrueSource.Found(
        gateway, address, "mail.example", GATEWAY, List.of("the client is the gateway"));
  }

  private static TrueSource unknown(Gateway gateway) {
    return new TrueSource.Unknown(gateway, "there is no Received field", List.of());
  }

  private String outcome(InboundFacts facts) {
    return switch (InboundRules.decide(directory(), facts, "contoso.com", Sample.GOOD)) {
      case InboundDecision.Accept accept -> accept.connector();
      case InboundDecision.Refuse refuse -> refuse.enhanced() + " " + refuse.connector();
      case InboundDecision.VerdictNeeded needed -> "asked";
    };
  }

  @Test
  void s1_1_a_partner_behind_a_gateway_is_met_by_the_true_source() {
    with(filter(c -> {})).with(fabrikam(c -> {}));
    InboundFacts facts = plain(GATEWAY, "fabrikam.com");
    Gateway gateway = through(facts);
    assertThat(outcome(facts)).isEqualTo("5.7.51 From Fabrikam");
    assertThat(outcome(facts.from(new TrueSource.Awaited(gateway)))).isEqualTo("From Fabrikam");
    assertThat(outcome(facts.from(found(gateway, FABRIKAM)))).isEqualTo("From Fabrikam");
    assertThat(outcome(facts.from(found(gateway, "198.51.100.9"))))
        .isEqualTo("5.7.51 From Fabrikam");
    assertThat(outcome(facts.from(unknown(gateway)))).isEqualTo("5.7.51 From Fabrikam");
  }

  /** Whose Received fields are believed must be who the connector demands, as a whole. */
  @Test
  void a_gateway_by_address_and_certificate_is_both() {
    with(filter(c -> c.setRequireTls(true).setTlsSenderCertificateName("mx.filter.example")));

    assertThat(gateway(plain(GATEWAY, "fabrikam.com"), "contoso.com")).isEqualTo("none");
    assertThat(gateway(tls(GATEWAY, "fabrikam.com", "mx.other.example"), "contoso.com"))
        .isEqualTo("none");
    assertThat(gateway(tls(FABRIKAM, "fabrikam.com", "mx.filter.example"), "contoso.com"))
        .isEqualTo("none");
    assertThat(gateway(tls(GATEWAY, "fabrikam.com", "mx.filter.example"), "contoso.com"))
        .contains("filter");
  }

  /** While the true source is awaited the mail may be an alternative's. */
  @Test
  void a_blocked_connector_by_address_and_certificate_leaves_the_mail_of_others_behind_a_gateway() {
    with(filter(c -> {}))
        .with(fabrikam(c -> {}))
        .with(
            partnerIn(
                "contoso",
                "A blocked",
                c ->
                    c.addSenderDomains("fabrikam.com")
                        .setRestrictDomainsToIpAddresses(true)
                        .addSenderIpAddresses("198.51.100.0/24")
                        .setRequireTls(true)
                        .setTlsSenderCertificateName("mx.filter.example")
                        .setBlocked(true)));
    InboundFacts facts = tls(GATEWAY, "fabrikam.com", "mx.filter.example");
    Gateway gateway = through(facts);

    assertThat(outcome(facts.from(new TrueSource.Awaited(gateway)))).isEqualTo("From Fabrikam");
    assertThat(outcome(facts.from(found(gateway, FABRIKAM)))).isEqualTo("From Fabrikam");
    assertThat(outcome(facts.from(found(gateway, "198.51.100.9")))).isEqualTo("5.7.711 A blocked");
  }

  @Test
  void s1_1_direct_send_behind_a_gateway_is_decided_by_the_true_source() {
    objects.removeFirst();
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(
                organization("contoso").getOrganization().toBuilder().setRejectDirectSend(true))
            .build());
    with(filter(c -> {}))
        .with(
            partnerIn(
                "contoso",
                "From our mailing service",
                c ->
                    c.addSenderDomains("contoso.com")
                        .setRestrictDomainsToIpAddresses(true)
                        .addSenderIpAddresses("203.0.113.0/24")));
    InboundFacts facts = plain(GATEWAY, "contoso.com");
    Gateway gateway = through(facts);
    assertThat(outcome(facts.from(new TrueSource.Awaited(gateway))))
        .isEqualTo("From our mailing service");
    assertThat(outcome(facts.from(found(gateway, "203.0.113.7"))))
        .isEqualTo("From our mailing service");
    assertThat(outcome(facts.from(found(gateway, "198.51.100.9"))))
        .isEqualTo("5.7.51 From our mailing service");
  }

  @Test
  void s1_1_a_blocked_alternative_says_nothing_while_the_true_source_is_awaited() {
    with(filter(c -> {}))
        .with(
            fabrikam(
                c ->
                    c.setName("Former")
                        .clearSenderIpAddresses()
                        .addSenderIpAddresses("198.51.100.9")
                        .setBlocked(true)))
        .with(fabrikam(c -> {}));
    InboundFacts facts = plain(GATEWAY, "fabrikam.com");
    Gateway gateway = through(facts);
    assertThat(outcome(facts.from(new TrueSource.Awaited(gateway)))).isEqualTo("From Fabrikam");
    assertThat(outcome(facts.from(found(gateway, FABRIKAM)))).isEqualTo("From Fabrikam");
    assertThat(outcome(facts.from(found(gateway, "198.51.100.9")))).isEqualTo("5.7.711 Former");
  }

  @Test
  void s1_1_a_blocked_gateway_is_none() {
    with(filter(c -> c.setBlocked(true)));
    assertThat(gateway(plain(GATEWAY, "fabrikam.com"), "contoso.com")).isEqualTo("none");
  }

  @Test
  void s1_1_the_gateways_own_connector_is_met_by_its_connection_whatever_the_source() {
    with(filter(c -> {})).with(fabrikam(c -> {}));
    InboundFacts facts = plain(GATEWAY, "stranger.example");
    Gateway gateway = through(facts);
    assertThat(outcome(facts)).isEqualTo("From filter");
    assertThat(outcome(facts.from(found(gateway, "198.51.100.9")))).isEqualTo("From filter");
    assertThat(outcome(facts.from(unknown(gateway)))).isEqualTo("From filter");
  }

  @Test
  void s1_1_a_lock_down_beside_the_gateways_connector_is_met_by_the_connection_too() {
    with(onPremisesIn(
            "contoso",
            "Our filter",
            c -> c.addSenderIpAddresses(GATEWAY).addEfSkipIps("192.0.2.0/24")))
        .with(
            partnerIn(
                "contoso",
                "Lock-down",
                c ->
                    c.addSenderDomains("*")
                        .setRestrictDomainsToIpAddresses(true)
                        .addSenderIpAddresses(GATEWAY)));
    InboundFacts facts = plain(GATEWAY, "stranger.example");
    assertThat(gateway(facts, "contoso.com")).isEqualTo("inbound connector contoso/Our filter");
    assertThat(outcome(facts.from(found(through(facts), "198.51.100.9")))).isEqualTo("Lock-down");
    assertThat(outcome(plain("198.51.100.9", "stranger.example"))).isEqualTo("5.7.51 Lock-down");
  }

  @Test
  void s1_1_a_certificate_of_a_partner_is_never_shown_through_a_gateway() {
    with(filter(c -> {}))
        .with(
            partnerIn(
                "contoso",
                "By certificate",
                c ->
                    c.addSenderDomains("fabrikam.com")
                        .setRequireTls(true)
                        .setTlsSenderCertificateName("mail.fabrikam.com")
                        .setRestrictDomainsToCertificate(true)));
    InboundFacts facts = tls(GATEWAY, "fabrikam.com", "mail.filter.example");
    assertThat(outcome(facts.from(new TrueSource.Awaited(through(facts)))))
        .isEqualTo("5.7.51 By certificate");
  }

  @Test
  void s1_1_TLS_is_demanded_of_the_connection_to_the_gateway() {
    with(filter(c -> {})).with(fabrikam(c -> c.setRequireTls(true)));
    InboundFacts facts = plain(GATEWAY, "fabrikam.com");
    assertThat(outcome(facts.from(found(through(facts), FABRIKAM))))
        .isEqualTo("5.7.3 From Fabrikam");
  }

  @Test
  void rights_come_by_the_connection_and_never_by_the_true_source() {
    with(filter(c -> {}))
        .with(onPremisesIn("contoso", "Own server", c -> c.addSenderIpAddresses(FABRIKAM)));
    InboundFacts facts = plain(GATEWAY, "contoso.com");
    InboundFacts own = facts.from(found(through(facts), FABRIKAM));
    assertThat(InboundRules.decide(directory(), own, "outside.example", Sample.GOOD))
        .isInstanceOf(InboundDecision.Refuse.class);
    assertThat(outcome(own)).isEqualTo("From filter");
  }

  @ParameterizedTest
  @CsvSource({
    // client, MAIL FROM, recipient's domain: the gateway
    "192.0.2.1, stranger.example, contoso.com, inbound connector contoso/From filter",
    "192.0.2.2, stranger.example, contoso.com, none",
    "192.0.2.1, stranger.example, other.example, none",
    "192.0.2.1, stranger.example, outside.example, none",
  })
  void s1_1_only_the_connectors_own_client_is_a_gateway(
      String client, String mailFrom, String recipient, String expected) {
    with(filter(c -> {}));
    assertThat(gateway(plain(client, mailFrom), recipient)).isEqualTo(expected);
  }

  @Test
  void a_connector_that_is_off_out_of_scope_or_without_skipping_makes_no_gateway() {
    InboundFacts facts = plain(GATEWAY, "stranger.example");
    with(filter(c -> c.setEnabled(false)));
    assertThat(gateway(facts, "contoso.com")).isEqualTo("none");
    objects.removeLast();
    with(filter(c -> c.setEfSkipLastIp(false)));
    assertThat(gateway(facts, "contoso.com")).isEqualTo("none");
    objects.removeLast();
    with(filter(c -> c.addAssociatedAcceptedDomains("pilot.example")));
    assertThat(gateway(facts, "contoso.com")).isEqualTo("none");
    assertThat(gateway(facts, "pilot.example")).endsWith("From filter");
    objects.removeLast();
    with(filter(c -> c.clearSenderDomains().addSenderDomains("fabrikam.com")));
    assertThat(gateway(facts, "contoso.com")).isEqualTo("none");
  }

  @Test
  void G4_a_gateway_by_certificate_is_one_only_if_its_chain_is_good() {
    with(
        partnerIn(
            "contoso",
            "Cloud filter",
            c ->
                c.addSenderDomains("*")
                    .setRequireTls(true)
                    .setTlsSenderCertificateName("*.filter.example")
                    .addEfSkipIps("192.0.2.0/24")));
    InboundFacts facts = tls("198.51.100.1", "a.example", "mx.filter.example");
    assertThat(gateway(facts, "contoso.com")).endsWith("Cloud filter");
    assertThat(GatewayRules.find(directory(), facts, "contoso.com", Sample.NOTHING_KNOWN))
        .isInstanceOf(GatewayRules.Answer.Question.class);
    assertThat(
            GatewayRules.find(
                directory(),
                facts,
                "contoso.com",
                Sample.verdict(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE)))
        .isInstanceOfSatisfying(
            GatewayRules.Answer.NotGood.class, n -> assertThat(n.refusal().code()).isEqualTo(451));
    assertThat(gateway(tls("198.51.100.1", "a.example", "mx.other.example"), "contoso.com"))
        .isEqualTo("none");
    assertThat(gateway(plain("198.51.100.1", "a.example"), "contoso.com")).isEqualTo("none");
  }

  @Test
  void s1_1_EFUsers_names_each_address() {
    with(filter(c -> c.addEfUsers("Anna.B@contoso.com")));
    Gateway gateway = through(plain(GATEWAY, "a.example"));
    assertThat(gateway.isFor("anna.b@CONTOSO.com")).isTrue();
    assertThat(gateway.isFor("ben@contoso.com")).isFalse();
    objects.removeLast();
    with(filter(c -> {}));
    assertThat(through(plain(GATEWAY, "a.example")).isFor("ben@contoso.com")).isTrue();
  }

  @Test
  void recipients_are_decided_alike_if_the_same_partner_connectors_are_in_scope() {
    with(filter(c -> {})).with(fabrikam(c -> c.addAssociatedAcceptedDomains("pilot.example")));
    InboundFacts facts = plain(GATEWAY, "fabrikam.com");
    Gateway all = through(facts);
    GatewayRules.Answer pilot = GatewayRules.find(directory(), facts, "pilot.example", Sample.GOOD);
    assertThat(pilot)
        .isInstanceOfSatisfying(
            GatewayRules.Answer.Through.class,
            t -> {
              assertThat(t.gateway().decidesAsFor(all)).isFalse();
              assertThat(t.gateway().isSameAs(all)).isTrue();
              assertThat(t.gateway().decidesAsFor(t.gateway())).isTrue();
            });
  }

  @Test
  void the_explanation_names_each_hop_for_the_gateways_organization_alone() {
    with(filter(c -> {})).with(fabrikam(c -> {}));
    InboundFacts facts = plain(GATEWAY, "fabrikam.com");
    Gateway gateway = through(facts);
    assertThat(steps(facts.from(found(gateway, FABRIKAM)), "contoso.com"))
        .extracting(ExplanationStep::getSubject, ExplanationStep::getDetail)
        .contains(
            tuple("inbound connector contoso/From filter", "the client is the gateway"),
            tuple("true source 203.0.113.7", "the Received field of 192.0.2.1 names it"),
            tuple(
                "inbound connector contoso/From Fabrikam",
                "the true source 203.0.113.7 is in 203.0.113.0/24"));
    assertThat(steps(facts.from(unknown(gateway)), "contoso.com"))
        .extracting(ExplanationStep::getDetail)
        .contains("there is no Received field");
    assertThat(steps(facts.from(found(gateway, FABRIKAM)), "other.example"))
        .extracting(ExplanationStep::getSubject)
        .noneMatch(subject -> subject.contains("contoso") || subject.contains("source"));
  }

  private List<ExplanationStep> steps(InboundFacts facts, String recipient) {
    Explanation explanation =
        switch (InboundRules.decide(directory(), facts, recipient, Sample.GOOD)) {
          case InboundDecision.Accept accept -> accept.explanation();
          case InboundDecision.Refuse refuse -> refuse.explanation();
          case InboundDecision.VerdictNeeded needed -> Explanation.getDefaultInstance();
        };
    return explanation.getStepsList();
  }

  /**
   * Whatever the connectors: what the connection lets in stays let in, and more is let in only by a
   * source that one of the connectors names.
   */
  @Test
  void a_source_never_makes_less_be_accepted_and_more_only_by_an_address_that_is_named() {
    Random random = new Random(49);
    List<String> addresses = List.of(GATEWAY, "192.0.2.2", FABRIKAM, "203.0.113.99", "2001:db8::9");
    int more = 0;
    for (int i = 0; i < 20_000; i++) {
      while (objects.size() > 5) {
        objects.removeLast();
      }
      for (int connector = random.nextInt(1, 5); connector > 0; connector--) {
        String name = "c" + connector;
        boolean byAddress = random.nextInt(3) > 0;
        String address = addresses.get(random.nextInt(addresses.size()));
        with(
            partnerIn(
                "contoso",
                name,
                c -> {
                  c.addSenderDomains(random.nextBoolean() ? "*" : "fabrikam.com")
                      .setRequireTls(random.nextInt(4) == 0)
                      .setEfSkipLastIp(random.nextBoolean())
                      .setRestrictDomainsToIpAddresses(byAddress);
                  if (byAddress) {
                    c.addSenderIpAddresses(address);
                  } else if (random.nextBoolean()) {
                    c.setTlsSenderCertificateName("mail.fabrikam.com")
                        .setRestrictDomainsToCertificate(random.nextBoolean());
                  }
                }));
      }
      InboundFacts facts =
          random.nextBoolean()
              ? plain(GATEWAY, "fabrikam.com")
              : tls(GATEWAY, "fabrikam.com", "mail.fabrikam.com");
      if (!(GatewayRules.find(directory(), facts, "contoso.com", Sample.GOOD)
          instanceof GatewayRules.Answer.Through through)) {
        continue;
      }
      String address = addresses.get(random.nextInt(addresses.size()));
      boolean before = accepted(facts);
      boolean bySource = accepted(facts.from(found(through.gateway(), address)));
      boolean named =
          objects.stream()
              .filter(DirectoryObject::hasInboundConnector)
              .anyMatch(o -> o.getInboundConnector().getSenderIpAddressesList().contains(address));
      assertThat(!before || bySource).isTrue();
      assertThat(before || !bySource || named).isTrue();
      assertThat(accepted(facts.from(unknown(through.gateway())))).isEqualTo(before);
      assertThat(!bySource || accepted(facts.from(new TrueSource.Awaited(through.gateway()))))
          .isTrue();
      more += bySource && !before ? 1 : 0;
    }
    assertThat(more).isGreaterThan(100);
  }

  private boolean accepted(InboundFacts facts) {
    return InboundRules.decide(directory(), facts, "contoso.com", Sample.GOOD)
        instanceof InboundDecision.Accept;
  }
}
