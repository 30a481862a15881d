package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.ReportedDecision;
import io.postern.ingress.bounds.Memory;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.ingress.source.Source;
import io.postern.rules.Directory;
import io.postern.rules.again.ReportedDecisions;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.SenderTrust;
import io.postern.smtp.Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AcceptedRecipientsTest {
  private static final Source SOURCE = Source.of(InetAddress.ofLiteral("192.0.2.1"));
  private final Memory memory = new Memory(1 << 20, 1 << 20, 100);
  private final AcceptedRecipients recipients = new AcceptedRecipients(memory.recipients(SOURCE));

  private static Recipient to(String address) {
    return Recipient.of(Address.parse(address), List.of(), "");
  }

  private static RecipientCheck.Result add(
      AcceptedRecipients recipients, Recipient recipient, InboundDecision.Accept accept) {
    Candidate candidate = new Candidate(Directory.of(List.of(), 1, Map.of()), recipient);
    candidate.accepted(accept, null);
    return recipients.check(candidate);
  }

  private RecipientCheck.Result add(Recipient recipient, InboundDecision.Accept accept) {
    return add(recipients, recipient, accept);
  }

  private static InboundDecision.Accept accept(String organization, String connector) {
    return new InboundDecision.Accept(
        organization,
        connector,
        Direction.INCOMING,
        "",
        "",
        new byte[0],
        Explanation.newBuilder().setSummary(organization).build());
  }

  @Test
  void recipients_keep_their_order_and_each_is_in_exactly_one_group() {
    add(to("a@one.example"), accept("one", "c"));
    add(to("b@two.example"), accept("two", ""));
    add(to("c@one.example"), accept("one", "c"));
    add(to("d@one.example"), accept("one", ""));
    assertThat(recipients.envelope())
        .extracting(r -> r.getAddress())
        .containsExactly("a@one.example", "b@two.example", "c@one.example", "d@one.example");
    assertThat(recipients.groups())
        .extracting(RecipientGroup::getRecipientsList)
        .containsExactly(List.of(0, 2), List.of(1), List.of(3));
    assertThat(recipients.groups().get(1).getExplanation().getSummary()).isEqualTo("two");
  }

  /** A message is written once: one recipient whose connector does not trust decides for all. */
  @Test
  void a_server_is_trusted_where_all_groups_trust_it_alike() {
    assertThat(recipients.trust()).isEqualTo(SenderTrust.NONE);
    add(to("a@one.example"), trusting("one", SenderTrust.CLOUD_SERVICES));
    add(to("b@two.example"), trusting("two", SenderTrust.CLOUD_SERVICES));
    assertThat(recipients.trust()).isEqualTo(SenderTrust.CLOUD_SERVICES);
    assertThat(
            recipients.wouldBeAcceptedAgain(
                domain -> trusting(domain.substring(0, 3), SenderTrust.CLOUD_SERVICES)))
        .isTrue();
    assertThat(
            recipients.wouldBeAcceptedAgain(
                domain -> trusting(domain.substring(0, 3), SenderTrust.NONE)))
        .isFalse();
    add(to("c@three.example"), trusting("three", SenderTrust.INTERNAL));
    assertThat(recipients.trust()).isEqualTo(SenderTrust.NONE);
  }

  /** On the condition that the sender is rewritten, and without it. */
  @Test
  void a_group_says_that_its_sender_must_be_rewritten() {
    add(to("a@one.example"), trusting("one", SenderTrust.NONE, false));
    add(to("b@outside.example"), trusting("one", SenderTrust.NONE, true));
    assertThat(recipients.groups())
        .extracting(RecipientGroup::getRewriteSender)
        .containsExactly(false, true);
    assertThat(
            recipients.wouldBeAcceptedAgain(
                domain -> trusting("one", SenderTrust.NONE, domain.startsWith("outside"))))
        .isTrue();
    assertThat(recipients.wouldBeAcceptedAgain(domain -> trusting("one", SenderTrust.NONE, false)))
        .isFalse();
  }

  private static InboundDecision.Accept trusting(String organization, SenderTrust trust) {
    return trusting(organization, trust, false);
  }

  private static InboundDecision.Accept trusting(
      String organization, SenderTrust trust, boolean rewriteSender) {
    return new InboundDecision.Accept(
        organization,
        "Own",
        Direction.ORIGINATING,
        "",
        "good",
        new byte[0],
        Explanation.getDefaultInstance(),
        trust,
        rewriteSender,
        null,
        null);
  }

  @Test
  void a_group_names_the_recipients_organization_and_its_connector_too() {
    InboundDecision.Accept sender = accept("one", "Own");
    InboundDecision.Accept both =
        new InboundDecision.Accept(
            sender.organization(),
            sender.connector(),
            Direction.ORIGINATING,
            "",
            "",
            new byte[0],
            sender.explanation(),
            SenderTrust.NONE,
            false,
            accept("two", "From One"),
            null);
    add(to("a@two.example"), both);
    add(to("b@outside.example"), sender);
    assertThat(recipients.groups()).hasSize(2);
    RecipientGroup group = recipients.groups().getFirst();
    assertThat(group.getOrganization()).isEqualTo("one");
    assertThat(group.getIncoming().getOrganization()).isEqualTo("two");
    assertThat(group.getIncoming().getConnector()).isEqualTo("From One");
    assertThat(group.getIncoming().getExplanation().getSummary()).isEqualTo("two");
    assertThat(recipients.groups().get(1).hasIncoming()).isFalse();
    assertThat(
            recipients.wouldBeAcceptedAgain(domain -> domain.equals("two.example") ? both : sender))
        .isTrue();
    // Another connector of the other organization is another acceptance.
    assertThat(recipients.wouldBeAcceptedAgain(domain -> sender)).isFalse();
  }

  @Test
  void decided_again_the_recipients_are_in_the_groups_of_the_new_decisions_or_in_none_of_them() {
    add(to("a@one.example"), accept("one", "c"));
    add(to("b@two.example"), accept("one", "c"));
    InboundDecision.Refuse refusal =
        new InboundDecision.Refuse(
            550, "5.7.51", "no", "rule", "one", "c", "", Explanation.getDefaultInstance());
    assertThat(
            recipients.decideAgain(
                domain -> domain.equals("two.example") ? refusal : accept("one", "d")))
        .isEqualTo(refusal);
    assertThat(recipients.groups()).extracting(RecipientGroup::getConnector).containsExactly("c");
    assertThat(
            recipients.decideAgain(
                domain -> accept("one", domain.equals("two.example") ? "e" : "d")))
        .isNull();
    assertThat(recipients.groups())
        .extracting(RecipientGroup::getConnector, RecipientGroup::getRecipientsList)
        .containsExactly(tuple("d", List.of(0)), tuple("e", List.of(1)));
  }

  @Test
  void G6_new_explanations_that_do_not_fit_into_a_record_are_cut_to_their_summary() {
    InboundDecision.Accept longOne =
        new InboundDecision.Accept(
            "one",
            "c",
            Direction.INCOMING,
            "",
            "",
            new byte[0],
            Explanation.newBuilder()
                .setSummary("short")
                .addSteps(
                    ExplanationStep.newBuilder()
                        .setDetail("x".repeat(AcceptedRecipients.MAX_BYTES)))
                .build());
    add(to("a@one.example"), accept("one", "c"));
    assertThat(recipients.decideAgain(domain -> longOne)).isNull();
    assertThat(recipients.groups().getFirst().getExplanation())
        .isEqualTo(Explanation.newBuilder().setSummary("short").build());
  }

  @Test
  void G6_the_envelope_fits_into_a_record_however_many_groups_have_long_explanations() {
    Explanation longOne = Explanation.newBuilder().setSummary("x".repeat(10_000)).build();
    int taken = 0;
    RecipientCheck.Result room = RecipientCheck.ACCEPTED;
    while (room == RecipientCheck.ACCEPTED && taken < 1_000) {
      room =
          add(
              to("a@" + taken + ".example"),
              new InboundDecision.Accept(
                  "o" + taken, "", Direction.INCOMING, "", "", new byte[0], longOne));
      taken++;
    }
    assertThat(room)
        .isEqualTo(RecipientCheck.refused(Refusal.tooManyRecipients("No space for more")));
    assertThat(MessageAccepted.newBuilder().addAllGroups(recipients.groups()).build())
        .satisfies(
            envelope ->
                assertThat(envelope.getSerializedSize())
                    .isBetween(
                        AcceptedRecipients.MAX_BYTES - 11_000, AcceptedRecipients.MAX_BYTES));
    assertThat(recipients.envelope()).hasSize(taken - 1);
  }

  @Test
  void G6_the_parameters_of_RFC_3461_count_as_well() {
    String longOne = "rfc822;" + "x".repeat(493);
    int taken = 0;
    while (add(
            Recipient.of(Address.parse(taken + "@a.example"), List.of(), longOne), accept("o", ""))
        == RecipientCheck.ACCEPTED) {
      taken++;
    }
    assertThat(taken).isBetween(900, AcceptedRecipients.MAX_BYTES / 510);
    assertThat(recipients.envelope().stream().mapToInt(r -> r.getSerializedSize() + 3).sum())
        .isLessThan(AcceptedRecipients.MAX_BYTES);
  }

  @Test
  void G6_all_transactions_share_a_bound_and_a_closed_one_gives_all_back() {
    long free = memory.freeRecipientBytes();
    AcceptedRecipients second = new AcceptedRecipients(memory.recipients(SOURCE));
    InboundDecision.Accept accept = accept("one", "");
    int added = 0;
    while (add(to(added + "@one.example"), accept) == RecipientCheck.ACCEPTED) {
      added++;
    }
    assertThat(add(second, to("a@one.example"), accept))
        .isEqualTo(RecipientCheck.refused(Refusal.NO_MEMORY));
    assertThat(second.isEmpty()).isTrue();
    recipients.close();
    recipients.close();
    assertThat(memory.freeRecipientBytes()).isEqualTo(free);
    assertThat(add(second, to("a@one.example"), accept)).isEqualTo(RecipientCheck.ACCEPTED);
  }

  @Test
  void the_same_address_twice_is_once() {
    add(to("a@one.example"), accept("one", "c"));
    add(to("a@one.example"), accept("one", "c"));
    assertThat(recipients.size()).isEqualTo(1);
    assertThat(recipients.groups().getFirst().getRecipientsList()).containsExactly(0);
  }

  private static InboundDecision.Accept reported(String rule, String verdict) {
    return new InboundDecision.Accept(
        "one",
        "",
        Direction.INCOMING,
        "",
        "",
        new byte[0],
        Explanation.getDefaultInstance(),
        SenderTrust.NONE,
        false,
        null,
        ReportedDecision.newBuilder()
            .setOrganization("one")
            .setConnector("Trial")
            .setRule(rule)
            .setVerdict(verdict)
            .build());
  }

  @Test
  void recipientsWhoseReportsDifferAreInGroupsOfTheirOwnWhichDecidesNothing() {
    add(to("a@one.example"), reported("requireTls", ""));
    add(to("b@one.example"), reported("requireTls", ""));
    add(to("c@two.example"), reported("restrictDomainsToCertificate", ""));
    assertThat(recipients.groups())
        .extracting(group -> group.getReported().getRule())
        .containsExactly("requireTls", "restrictDomainsToCertificate");
    assertThat(recipients.wouldBeAcceptedAgain(domain -> reported("another", "")))
        .as("the report alone is another one")
        .isTrue();
  }

  @Test
  void aReportThatWaitedForNoVerdictIsMadeAgainForTheRecord() {
    add(to("a@one.example"), reported("x", ReportedDecisions.NOT_ASKED));
    ReportedDecision good =
        ReportedDecision.newBuilder()
            .setOrganization("one")
            .setConnector("Trial")
            .setAccepted(true)
            .setVerdict("good")
            .build();
    assertThat(recipients.groups(domain -> new ReportedDecisions(good, null, List.of())))
        .extracting(group -> group.getReported().getVerdict())
        .containsExactly("good");
    assertThat(recipients.groups(domain -> new ReportedDecisions(null, null, List.of())))
        .as("it is had")
        .extracting(group -> group.getReported().getAccepted())
        .containsExactly(true);
  }
}
