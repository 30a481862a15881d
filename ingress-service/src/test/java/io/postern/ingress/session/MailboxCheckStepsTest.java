package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.AcceptedDomainType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.UnansweredRecipients;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.recipients.MemoryRecipientQuestions;
import io.postern.ingress.recipients.RecipientParts;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.source.Source;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The two steps of the check, without a session. */
class MailboxCheckStepsTest {
  private final MemoryRecipientQuestions mailboxes = new MemoryRecipientQuestions();
  private final Directory directory =
      TestDirectory.asking(
          UnansweredRecipients.UNANSWERED_RECIPIENTS_DEFER,
          AcceptedDomainType.ACCEPTED_DOMAIN_TYPE_UNSPECIFIED);

  private MailboxCheck check(boolean requireTls) {
    return new MailboxCheck(
        new RecipientParts(
            mailboxes,
            new Level<>(SourceBound.MISSING_RECIPIENTS, 2, System::nanoTime),
            Duration.ofMillis(1),
            Duration.ofSeconds(1)),
        new SessionMetrics(new SimpleMeterRegistry()),
        Source.of(InetAddress.ofLiteral("192.0.2.1")),
        requireTls);
  }

  private Candidate candidate(String address) {
    Candidate candidate =
        new Candidate(directory, Recipient.of(Address.parse(address), List.of(), ""));
    candidate.accepted(
        new InboundDecision.Accept(
            "contoso",
            "",
            Direction.INCOMING,
            "",
            "",
            new byte[0],
            Explanation.getDefaultInstance()),
        null);
    return candidate;
  }

  private static int refusal(RecipientCheck.Result result) {
    return ((RecipientCheck.Refused) result).refusal().reply().code();
  }

  @Test
  void aMailboxThatIsNotKnownIsAskedForInTheSecondStepWithThoseThatHaveArrived() {
    MailboxCheck check = check(false);
    Candidate gone = candidate("gone@contoso.example");
    mailboxes.answers("gone@contoso.example", Existence.MISSING);
    assertThat(check.known(gone)).isEqualTo(RecipientCheck.ACCEPTED);
    RecipientCheck.Wait wait = (RecipientCheck.Wait) check.asked(gone);
    assertThat(mailboxes.asked()).as("before the wait").isEmpty();
    wait.await(
        List.of(
            Address.parse("next@contoso.example"),
            Address.parse("postmaster@contoso.example"),
            Address.parse("x@fabrikam.example")));
    assertThat(mailboxes.asked()).containsExactly("gone@contoso.example", "next@contoso.example");
    assertThat(refusal(check.asked(gone))).isEqualTo(550);
    assertThat(refusal(check.known(gone))).as("the next time it is known").isEqualTo(550);
  }

  @Test
  void aSourceWithoutQuestionsLeftIsRefusedForNow() {
    MailboxCheck check = check(false);
    for (String address : List.of("a@contoso.example", "b@contoso.example")) {
      Candidate candidate = candidate(address);
      check.known(candidate);
      assertThat(check.asked(candidate)).isInstanceOf(RecipientCheck.Wait.class);
    }
    Candidate third = candidate("c@contoso.example");
    assertThat(check.known(third)).isEqualTo(RecipientCheck.ACCEPTED);
    assertThat(refusal(check.asked(third))).isEqualTo(451);
  }

  @Test
  void noMailboxOfAMessageWithRequireTlsIsAskedFor() {
    MailboxCheck check = check(true);
    Candidate candidate = candidate("a@contoso.example");
    assertThat(refusal(check.known(candidate))).isEqualTo(451);
    assertThat(check.asked(candidate)).isEqualTo(RecipientCheck.ACCEPTED);
  }
}
