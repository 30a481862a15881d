package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.InboundConnector;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestVerdicts;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.Recipient;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** docs/guides/sender-rewriting.md: who may send to a rewritten sender, and how much. */
class RewrittenSendersTest {
  private static final Instant DAY = Instant.parse("2026-11-27T12:00:00Z");
  private static final SenderRewriting REWRITING =
      secret("a secret of more than thirty-two octets");
  private static final Directory DIRECTORY = directory("contoso.example");
  private static final Address FOREIGN = Address.parse("eve@outside.example");

  private long now;
  private Instant today = DAY;
  private Optional<SenderRewriting> secrets = Optional.of(REWRITING);
  private final RewrittenSenders senders = new RewrittenSenders(() -> secrets, () -> today);
  private final Level<String> pace = new Level<>(SourceBound.NOTIFICATIONS, () -> now);

  private static SenderRewriting secret(String text) {
    return new SenderRewriting(List.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Directory directory(String rewritingDomain) {
    return Directory.of(objects(rewritingDomain), 7, Map.of());
  }

  private static List<DirectoryObject> objects(String rewritingDomain) {
    return TestDirectory.objects().stream()
        .map(
            object -> {
              DirectoryObject.Builder changed = object.toBuilder();
              if (object.getOrganization().getId().equals("contoso")) {
                changed.getOrganizationBuilder().setSenderRewritingDomain(rewritingDomain);
              }
              return changed.build();
            })
        .toList();
  }

  private @Nullable Refusal notification(Address to) {
    return refusal(DIRECTORY, to, null);
  }

  private static Address made(String organization, String domain, Address sender) {
    return REWRITING.rewritten(organization, domain, sender, DAY).orElseThrow();
  }

  /** The check's refusal; null: it is accepted. */
  private @Nullable Refusal refusal(Directory directory, Address to, @Nullable Address from) {
    return check(candidate(directory, to), from) instanceof RecipientCheck.Refused(Refusal refusal)
        ? refusal
        : null;
  }

  private Candidate candidate(Directory directory, Address to) {
    Candidate candidate = new Candidate(directory, Recipient.of(to, List.of(), ""));
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

  private RecipientCheck.Result check(Candidate candidate, @Nullable Address from) {
    return checkOf(from).check(candidate);
  }

  private SenderRewritingCheck checkOf(@Nullable Address from) {
    TestVerdicts verdicts = new TestVerdicts();
    Attribution attribution =
        new Attribution(
            new TransactionVerdicts(
                verdicts,
                new BackgroundVerdicts(verdicts),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1)),
            new InboundFacts("192.0.2.9", false, List.of(), new byte[0], List.of(), null));
    return new SenderRewritingCheck(senders, pace, attribution, from);
  }

  /** Where a notification to that address goes; "": to the recipient itself. */
  private String back(Directory directory, Address to) {
    Candidate candidate = candidate(directory, to);
    assertThat(check(candidate, null)).isEqualTo(RecipientCheck.ACCEPTED);
    return candidate.recipient().envelope().getReturnsTo();
  }

  private static void assertRefused(@Nullable Refusal refusal, int code, String enhanced) {
    assertThat(refusal).isNotNull();
    assertThat(refusal.reply().code()).isEqualTo(code);
    assertThat(refusal.reply().enhanced()).hasToString(enhanced);
    assertThat(refusal.rule()).isEqualTo("senderRewriting");
    assertThat(refusal.organization()).isEqualTo("contoso");
    assertThat(refusal.explanation().getSummary()).isNotEmpty();
  }

  @Test
  void aNotificationGoesBack() {
    assertThat(back(DIRECTORY, made("contoso", "contoso.example", FOREIGN)))
        .isEqualTo("eve@outside.example");
  }

  @Test
  void ofMailThatWeForwardedTwiceItGoesBackToTheSenderAtOnce() {
    String ours = made("contoso", "contoso.example", Address.parse("e@o.example")).localPart();
    String others = ours.replace("SRS0=", "SRS1=HHHH=contoso.example==");
    Address again = made("contoso", "contoso.example", Address.parse(others + "@other.example"));
    assertThat(again.localPart()).startsWith("SRS1=").contains("=contoso.example==");
    assertThat(back(DIRECTORY, again)).isEqualTo("e@o.example");
    assertRefused(refusal(DIRECTORY, again, FOREIGN), 550, "5.7.1");
  }

  @Test
  void nobodyWritesToTheSenderBehindIt() {
    Address to = made("contoso", "contoso.example", FOREIGN);
    assertRefused(refusal(DIRECTORY, to, FOREIGN), 550, "5.7.1");
  }

  @Test
  void aForgedAddressIsUnknownHereAndAnOldOneIsOver() {
    Address to = made("contoso", "contoso.example", FOREIGN);
    Address forged = new Address(to.localPart().replace("=eve", "=adam"), to.domain());
    assertRefused(notification(forged), 550, "5.1.1");
    assertRefused(notification(made("fabrikam", "contoso.example", FOREIGN)), 550, "5.1.1"); // G8
    today = DAY.plus(Duration.ofDays(22));
    assertRefused(notification(to), 550, "5.1.1");
  }

  @Test
  void otherRecipientsAreOrdinary() {
    for (String to :
        List.of(
            "anna@contoso.example",
            "SRS@contoso.example",
            "SRS0=aaaaaa=AA=x.example=y@fabrikam.example", // rewrites nothing
            "SRS0=aaaaaa=AA=x.example=y@outside.example")) { // somebody else's
      Candidate candidate = candidate(DIRECTORY, Address.parse(to));
      assertThat(check(candidate, FOREIGN)).as(to).isEqualTo(RecipientCheck.ACCEPTED);
      assertThat(candidate.recipient().returns()).isFalse();
    }
  }

  @Test
  void addressesAtAFormerDomainAreStillTakenAndOthersThereAreOrdinary() {
    Directory moved = directory("other.example");
    Address to = made("contoso", "contoso.example", FOREIGN);
    assertThat(back(moved, to)).isEqualTo("eve@outside.example");
    Address theirs = Address.parse("SRS0=Ab1z=XQ=a.example=bob@contoso.example");
    assertThat(back(moved, theirs)).isEmpty();
  }

  @Test
  void withoutSecretsTheNotificationWaits() {
    secrets = Optional.empty();
    assertRefused(notification(made("contoso", "contoso.example", FOREIGN)), 451, "4.3.0");
    assertThat(back(DIRECTORY, Address.parse("anna@contoso.example"))).isEmpty();
  }

  @Test
  void G8_theWayBackLeadsIntoNoOrganizationThatWouldRefuseTheMail() {
    Address to = made("contoso", "contoso.example", Address.parse("cfo@fabrikam.example"));
    assertThat(back(DIRECTORY, to)).isEqualTo("cfo@fabrikam.example");
    List<DirectoryObject> objects = new ArrayList<>(objects("contoso.example"));
    objects.add(
        DirectoryObject.newBuilder()
            .setInboundConnector(
                InboundConnector.newBuilder()
                    .setOrganization("fabrikam")
                    .setName("Closed")
                    .setConnectorType(ConnectorType.PARTNER)
                    .setEnabled(true)
                    .addSenderDomains("*")
                    .setRestrictDomainsToIpAddresses(true)
                    .addSenderIpAddresses("203.0.113.7"))
            .build());
    Refusal refusal = refusal(Directory.of(objects, 8, Map.of()), to, null);
    assertThat(refusal).isNotNull();
    assertThat(refusal.organization()).isEqualTo("fabrikam");
    assertThat(refusal.reply().enhanced()).hasToString("5.7.51");
  }

  @Test
  void aStrangerWithAnAddressCannotFloodTheSenderBehindIt() {
    Address to = made("contoso", "contoso.example", FOREIGN);
    int taken = 0;
    for (int i = 0; i < 2 * SourceBound.NOTIFICATIONS.most(); i++) {
      Refusal refusal = notification(to);
      if (refusal == null) {
        taken++;
      } else {
        assertRefused(refusal, 451, "4.7.1");
      }
    }
    assertThat(taken).isEqualTo(SourceBound.NOTIFICATIONS.most());
    now += Duration.ofHours(1).toNanos();
    assertThat(notification(to)).isNull();
  }

  @Test
  void whatALaterCheckRefusesTakesNothingOfTheHour() {
    Address to = made("contoso", "contoso.example", FOREIGN);
    SenderRewritingCheck check = checkOf(null);
    for (int i = 0; i < 2 * SourceBound.NOTIFICATIONS.most(); i++) {
      Candidate candidate = candidate(DIRECTORY, to);
      assertThat(check.check(candidate)).isEqualTo(RecipientCheck.ACCEPTED);
      check.giveBack(candidate);
    }
  }
}
