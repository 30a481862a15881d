package io.postern.policy.explain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.fields.TlsDemand;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.decider.DecidedMail;
import io.postern.policy.explain.ExplainAnswer.Decisions;
import io.postern.policy.explain.ExplainAnswer.In;
import io.postern.policy.explain.ExplainAnswer.Out;
import io.postern.policy.whatif.ComparedMail;
import io.postern.rules.Directory;
import io.postern.rules.again.MailDecision;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.smtp.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Any mail is decided again as it was decided: the records of the session and of the decider, the
 * explanation, and a comparison with an unchanged draft agree, and a connector in report-only mode
 * reports what it does in force.
 */
class DecidedAgainTest {
  private static final int MAILS = 2_000;

  private final RandomMail random = new RandomMail(29);
  private final Map<String, Integer> seen = new TreeMap<>();

  @Test
  void itIsExplainedAsItWasDecidedAndAnUnchangedDraftDiffersInNothing() {
    for (int round = 0; round < MAILS; round++) {
      RandomMail.Mail mail = random.next();
      String context = "seed 29, mail " + round + "\n" + mail.file();
      MessageAccepted message = mail.accepted();
      Decision decided = DecidedMail.decide(mail.directory(), message);
      List<Address> recipients = mail.recipients();
      for (RecipientGroup group : message.getGroupsList()) {
        int index = group.getRecipients(0);
        Decisions now = explained(mail.directory(), facts(message), recipients.get(index));
        In incoming =
            group.hasIncoming() ? InboundViews.of(InboundViews.accept(group.getIncoming())) : null;
        assertThat(now.in()).as(context).isEqualTo(InboundViews.of(InboundViews.accept(group)));
        assertThat(now.incoming()).as(context).isEqualTo(incoming);
        Out out = requireNonNull(now.out());
        assertThat(text(out)).as(context).isEqualTo(text(decided, index));
        assertThat(again(mail, recipients.get(index)))
            .as(context)
            .isEqualTo(required(delivery(decided, index)));
        boolean returns = !message.getEnvelope().getRecipients(index).getReturnsTo().isEmpty();
        count(returns ? "returned" : out.result());
      }
      for (RandomMail.Refused refused : mail.refused()) {
        Decisions now = explained(mail.directory(), facts(refused.record()), refused.recipient());
        assertThat(now)
            .as(context)
            .isEqualTo(new Decisions(InboundViews.of(refused.record()), null, null));
        count(refused.record().getRule());
      }
      comparedWithItself(mail, context);
    }
    assertThat(seen)
        .as("what the mails were like")
        .containsKeys(
            "deliver",
            "hold",
            "returned",
            "recipientUnknown",
            "recipientListMissing",
            "rejectDirectSend",
            "restrictDomainsToCertificate",
            "restrictDomainsToIPAddresses",
            "tenantAttribution",
            "requireTls",
            "blocked");
    assertThat(seen.getOrDefault("deliver", 0)).isGreaterThan(1_000);
  }

  private void comparedWithItself(RandomMail.Mail mail, String context) {
    ComparedMail compared = compared(mail.directory(), mail.directory());
    compared.accepted(mail.accepted());
    mail.refused().forEach(refused -> compared.refused(refused.record()));
    assertThat(compared.differences()).as(context).isEmpty();
    assertThat(compared.unknown()).as(context).isEmpty();
    assertThat(compared.decided())
        .as(context)
        .isGreaterThanOrEqualTo(mail.accepted().getGroupsCount())
        .isLessThanOrEqualTo(mail.accepted().getGroupsCount() + mail.refused().size());
  }

  /** A draft decides as the explanation after its apply says. */
  @Test
  void whatDiffersByADraftIsWhatTheTwoExplanationsDifferIn() {
    int differ = 0;
    for (int round = 0; round < MAILS / 2; round++) {
      RandomMail.Mail mail = random.next();
      Directory draft = random.enforced(mail);
      for (RandomMail.Refused refused : mail.refused()) {
        ComparedMail compared = compared(mail.directory(), draft);
        compared.refused(refused.record());
        RecordedFacts facts = facts(refused.record());
        In now = explained(mail.directory(), facts, refused.recipient()).in();
        In then = explained(draft, facts, refused.recipient()).in();
        boolean same =
            now.result().equals(then.result())
                && Objects.equals(now.code(), then.code())
                && Objects.equals(now.rule(), then.rule());
        if (compared.decided() > 0) {
          assertThat(compared.differences().isEmpty()).as(mail.file()).isEqualTo(same);
        }
        differ += same ? 0 : 1;
      }
    }
    assertThat(differ).isGreaterThan(20);
  }

  @Test
  void whatIsReportedIsWhatTheConnectorsDoInForce() {
    int reported = 0;
    for (int round = 0; round < MAILS / 2; round++) {
      RandomMail.Mail mail = random.next();
      MessageAccepted message = mail.accepted();
      Directory enforced = random.enforced(mail);
      Decision decided = DecidedMail.decide(mail.directory(), message);
      for (RecipientGroup group : message.getGroupsList()) {
        Address recipient = mail.recipients().get(group.getRecipients(0));
        Decisions would = explained(enforced, facts(message), recipient);
        if (group.hasReported() && !group.getReported().getAccepted()) {
          assertThat(would.in().rule()).as(mail.file()).isEqualTo(group.getReported().getRule());
          assertThat(would.in().code()).as(mail.file()).isEqualTo(group.getReported().getCode());
          reported++;
        }
        Out out = would.out();
        DeliveryRequested delivery = delivery(decided, group.getRecipients(0));
        if (delivery != null
            && delivery.hasReported()
            && out != null
            && would.in().equals(InboundViews.of(InboundViews.accept(group)))) {
          assertThat(out.connector())
              .as(mail.file())
              .isEqualTo(delivery.getReported().getConnector());
          assertThat(out.nextHop()).as(mail.file()).isEqualTo(delivery.getReported().getRoute());
          assertThat(out.requirement())
              .as(mail.file())
              .isEqualTo(TlsDemand.words(delivery.getReported().getRequirement()));
          reported++;
        }
      }
    }
    assertThat(reported).isGreaterThan(30);
  }

  @Test
  void aReaderOfOneOrganizationSeesNothingOfAnother() {
    int hidden = 0;
    for (int round = 0; round < MAILS / 2; round++) {
      RandomMail.Mail mail = random.next();
      List<String> organizations =
          mail.directory().objects().stream()
              .map(DirectoryKeys::organizationOf)
              .distinct()
              .sorted()
              .toList();
      MessageAccepted message = mail.accepted();
      for (RecipientGroup group : message.getGroupsList()) {
        Address recipient = mail.recipients().get(group.getRecipients(0));
        for (String own : organizations) {
          Decisions seen = explained(mail.directory(), facts(message), recipient, own::equals);
          for (String other : organizations) {
            if (!other.equals(own)) {
              assertThat(seen.toString())
                  .as("%s for %s\n%s", recipient, own, mail.file())
                  .doesNotContain("connector " + other + "/")
                  .doesNotContain("organization=" + other);
            }
          }
          if (!group.getOrganization().equals(own)) {
            assertThat(seen.in()).as(mail.file()).isEqualTo(ExplainAnswer.In.ofAnother());
            assertThat(seen.out()).as(mail.file()).isNull();
            hidden++;
          }
        }
      }
    }
    assertThat(hidden).isGreaterThan(100);
  }

  private ComparedMail compared(Directory now, Directory draft) {
    return new ComparedMail(now, draft, random.chains(), RandomMail::verdict);
  }

  private RecordedFacts facts(MessageAccepted message) {
    return requireNonNull(RecordedFacts.of(message, random.chains()));
  }

  private RecordedFacts facts(MessageRefused refused) {
    return RecordedFacts.of(refused, random.chains()).getFirst();
  }

  private Decisions explained(Directory directory, RecordedFacts facts, Address recipient) {
    return explained(directory, facts, recipient, id -> true);
  }

  private Decisions explained(
      Directory directory, RecordedFacts facts, Address recipient, Predicate<String> mine) {
    return new Explainer(
            directory,
            facts,
            AskedVerdicts.all(
                () -> ComparedMail.source(RandomMail::verdict), Duration.ofMinutes(1)),
            mine,
            null)
        .explain(recipient)
        .now();
  }

  /** The requirement by the same class; null: the mail does not go on. */
  private @Nullable TlsRequirement again(RandomMail.Mail mail, Address recipient) {
    MailDecision again =
        new MailDecision(mail.directory(), facts(mail.accepted()), RandomMail::verdict);
    return again.in(recipient.toString()).orElseThrow().decision()
                instanceof InboundDecision.Accept accept
            && again.out(accept, recipient.toString()) instanceof OutboundDecision.Deliver deliver
        ? deliver.requirement()
        : null;
  }

  private static @Nullable TlsRequirement required(@Nullable DeliveryRequested delivery) {
    return delivery == null ? null : delivery.getRequirement();
  }

  private void count(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  private static String text(Out out) {
    return out.result().equals("deliver")
        ? String.join("|", out.result(), out.connector(), out.nextHop(), out.requirement())
        : out.result() + "|" + out.reason();
  }

  private static @Nullable DeliveryRequested delivery(Decision decision, int recipient) {
    return decision.getDeliveriesList().stream()
        .filter(d -> d.getRecipientsList().contains(recipient))
        .findFirst()
        .orElse(null);
  }

  private static String text(Decision decision, int recipient) {
    List<String> texts = new ArrayList<>();
    for (DeliveryRequested delivery : decision.getDeliveriesList()) {
      if (delivery.getRecipientsList().contains(recipient)) {
        texts.add(text(OutboundViews.of(delivery)));
      }
    }
    for (OutcomeRecorded outcome : decision.getOutcomesList()) {
      for (RecipientOutcome its : outcome.getRecipientsList()) {
        if (its.getRecipient() == recipient) {
          texts.add((its.getKind().name().equals("HELD") ? "hold|" : "fail|") + its.getReason());
        }
      }
    }
    return String.join("; ", texts);
  }
}
