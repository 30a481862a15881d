package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.ingress.TestVerdicts;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A gateway by certificate, and a partner behind it by address. */
class MailSourceTest {
  private final TestVerdicts verdicts = new TestVerdicts();
  private final List<DirectoryObject> objects =
      new ArrayList<>(
          List.of(
              DirectoryObject.newBuilder()
                  .setOrganization(Organization.newBuilder().setId("contoso"))
                  .build(),
              DirectoryObject.newBuilder()
                  .setAcceptedDomain(
                      AcceptedDomain.newBuilder()
                          .setDomain("contoso.example")
                          .setOrganization("contoso"))
                  .build()));

  private MailSourceTest with(String name, Consumer<InboundConnector.Builder> more) {
    InboundConnector.Builder connector =
        InboundConnector.newBuilder()
            .setOrganization("contoso")
            .setName(name)
            .setConnectorType(ConnectorType.PARTNER)
            .setEnabled(true);
    more.accept(connector);
    objects.add(DirectoryObject.newBuilder().setInboundConnector(connector).build());
    return this;
  }

  private MailSourceTest filter() {
    return with(
        "From filter",
        c ->
            c.addSenderDomains("*")
                .setRequireTls(true)
                .setTlsSenderCertificateName("mx.filter.example")
                .setEfSkipLastIp(true));
  }

  private MailSourceTest fabrikam() {
    return with(
        "From Fabrikam",
        c ->
            c.addSenderDomains("fabrikam.example")
                .setRestrictDomainsToIpAddresses(true)
                .addSenderIpAddresses("203.0.113.7"));
  }

  private Attribution attribution(String mailFrom) {
    return new Attribution(
        verdicts,
        new BackgroundVerdicts(verdicts),
        new InboundFacts(
            "192.0.2.1",
            true,
            List.of(new byte[] {1}),
            new byte[0],
            List.of("mx.filter.example"),
            mailFrom),
        Duration.ofSeconds(5),
        Duration.ofMinutes(1));
  }

  private InboundDecision atRecipient(Attribution attribution) {
    InboundDecision decision =
        attribution.atRecipient(
            Directory.of(objects, 1, Map.of()), "a@contoso.example", "contoso.example", true);
    if (decision instanceof InboundDecision.Accept) {
      attribution.source().taken();
    }
    return decision;
  }

  @Test
  void a_recipient_whom_only_the_source_can_let_in_is_taken_until_the_header_has_come() {
    Attribution attribution = filter().fabrikam().attribution("fabrikam.example");
    assertThat(atRecipient(attribution)).isInstanceOf(InboundDecision.Accept.class);
    assertThat(attribution.source().throughGateway()).isTrue();
    assertThat(attribution.source().recorded()).isNull();
  }

  @Test
  void G4_a_gateway_that_could_not_be_judged_is_tried_later_and_not_refused_for_good() {
    verdicts.answer(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE);
    assertThat(atRecipient(filter().fabrikam().attribution("fabrikam.example")))
        .isInstanceOfSatisfying(
            InboundDecision.Refuse.class, r -> assertThat(r.code()).isEqualTo(451));
  }

  @Test
  void a_gateway_that_is_not_proved_takes_nothing_from_mail_that_needs_no_gateway() {
    with("Allowed", c -> c.addSenderDomains("friend.example"));
    verdicts.answer(VerdictResult.BAD, VerdictReason.REVOKED);
    Attribution attribution = filter().attribution("friend.example");
    assertThat(atRecipient(attribution))
        .isInstanceOfSatisfying(
            InboundDecision.Accept.class, a -> assertThat(a.connector()).isEqualTo("Allowed"));
    assertThat(attribution.source().throughGateway()).isFalse();
  }
}
