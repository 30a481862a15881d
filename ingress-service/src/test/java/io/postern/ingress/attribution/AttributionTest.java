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
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundFacts;
import io.postern.smtp.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A gateway by certificate, and a partner behind it by address. */
class AttributionTest {
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

  private AttributionTest with(String name, Consumer<InboundConnector.Builder> more) {
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

  private AttributionTest filter() {
    return with(
        "From filter",
        c ->
            c.addSenderDomains("*")
                .setRequireTls(true)
                .setTlsSenderCertificateName("mx.filter.example")
                .setEfSkipLastIp(true));
  }

  private AttributionTest fabrikam() {
    return with(
        "From Fabrikam",
        c ->
            c.addSenderDomains("fabrikam.example")
                .setRestrictDomainsToIpAddresses(true)
                .addSenderIpAddresses("203.0.113.7"));
  }

  private Attribution attribution(String mailFrom) {
    return new Attribution(
        new TransactionVerdicts(
            verdicts,
            new BackgroundVerdicts(verdicts),
            Duration.ofSeconds(5),
            Duration.ofMinutes(1)),
        new InboundFacts(
            "192.0.2.1",
            true,
            List.of(new byte[] {1}),
            new byte[0],
            List.of("mx.filter.example"),
            mailFrom));
  }

  private Candidate candidate(String address) {
    return new Candidate(
        Directory.of(objects, 1, Map.of()), Recipient.of(Address.parse(address), List.of(), ""));
  }

  /** The check's end, after its waits. */
  private RecipientCheck.Result check(Attribution attribution, Candidate candidate) {
    RecipientCheck.Result result = attribution.check(candidate);
    while (result instanceof RecipientCheck.Wait wait) {
      wait.await(List.of());
      result = attribution.check(candidate);
    }
    return result;
  }

  @Test
  void a_recipient_whom_only_the_source_can_let_in_is_taken_until_the_header_has_come() {
    Attribution attribution = filter().fabrikam().attribution("fabrikam.example");
    Candidate candidate = candidate("a@contoso.example");
    assertThat(attribution.check(candidate)).isInstanceOf(RecipientCheck.Wait.class);
    assertThat(verdicts.asked()).as("before the wait").isZero();
    assertThat(check(attribution, candidate)).isEqualTo(RecipientCheck.ACCEPTED);
    assertThat(candidate.gateway()).isNotNull();
    assertThat(attribution.throughGateway()).isTrue();
    assertThat(attribution.recorded()).isNull();
  }

  /** The next may be of the other kind: the message has none of the first yet. */
  @Test
  void a_recipient_that_a_later_check_refuses_decides_nothing_about_the_next() {
    Attribution attribution = filter().fabrikam().attribution("fabrikam.example");
    objects.add(
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("tailspin"))
            .build());
    objects.add(
        DirectoryObject.newBuilder()
            .setAcceptedDomain(
                AcceptedDomain.newBuilder()
                    .setDomain("tailspin.example")
                    .setOrganization("tailspin"))
            .build());
    Candidate refused = candidate("a@contoso.example");
    assertThat(check(attribution, refused)).isEqualTo(RecipientCheck.ACCEPTED);
    assertThat(check(attribution, candidate("b@tailspin.example")))
        .isInstanceOfSatisfying(
            RecipientCheck.Refused.class,
            apart -> assertThat(apart.refusal().reply().code()).isEqualTo(452));
    attribution.giveBack(refused);
    assertThat(attribution.throughGateway()).isFalse();
    assertThat(check(attribution, candidate("b@tailspin.example")))
        .isEqualTo(RecipientCheck.ACCEPTED);
  }

  @Test
  void G4_a_gateway_that_could_not_be_judged_is_tried_later_and_not_refused_for_good() {
    verdicts.answer(VerdictResult.UNKNOWN, VerdictReason.UNAVAILABLE);
    assertThat(
            check(
                filter().fabrikam().attribution("fabrikam.example"),
                candidate("a@contoso.example")))
        .isInstanceOfSatisfying(
            RecipientCheck.Refused.class,
            refused -> assertThat(refused.refusal().reply().code()).isEqualTo(451));
  }

  @Test
  void a_gateway_that_is_not_proved_takes_nothing_from_mail_that_needs_no_gateway() {
    with("Allowed", c -> c.addSenderDomains("friend.example"));
    verdicts.answer(VerdictResult.BAD, VerdictReason.REVOKED);
    Attribution attribution = filter().attribution("friend.example");
    Candidate candidate = candidate("a@contoso.example");
    assertThat(check(attribution, candidate)).isEqualTo(RecipientCheck.ACCEPTED);
    assertThat(candidate.accept().connector()).isEqualTo("Allowed");
    assertThat(attribution.throughGateway()).isFalse();
  }
}
