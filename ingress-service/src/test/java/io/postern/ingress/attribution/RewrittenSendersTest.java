package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Explanation;
import io.postern.ingress.TestDirectory;
import io.postern.rules.Directory;
import io.postern.rules.inbound.InboundDecision;
import io.postern.smtp.Address;
import io.postern.smtp.srs.SenderRewriting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
  private final RewrittenSenders senders =
      new RewrittenSenders(() -> secrets, new ReturnPace(() -> now), () -> today);

  private static SenderRewriting secret(String text) {
    return new SenderRewriting(List.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Directory directory(String rewritingDomain) {
    List<DirectoryObject> objects =
        TestDirectory.objects().stream()
            .map(
                object -> {
                  DirectoryObject.Builder changed = object.toBuilder();
                  if (object.getOrganization().getId().equals("contoso")) {
                    changed.getOrganizationBuilder().setSenderRewritingDomain(rewritingDomain);
                  }
                  return changed.build();
                })
            .toList();
    return Directory.of(objects, 7, Map.of());
  }

  private static Address made(String organization, String domain, Address sender) {
    return REWRITING.rewritten(organization, domain, sender, DAY).orElseThrow();
  }

  private static InboundDecision accept(String domain) {
    return new InboundDecision.Accept(
        "contoso", "", Direction.INCOMING, "", "", new byte[0], Explanation.getDefaultInstance());
  }

  private static InboundDecision restricted(String domain) {
    return new InboundDecision.Refuse(
        550, "5.7.51", "no", "r", "fabrikam", "c", "", Explanation.getDefaultInstance());
  }

  private RewrittenSenders.Result of(
      Directory directory,
      Address to,
      boolean notification,
      Function<String, InboundDecision> rules) {
    return senders.of(directory, to, notification, rules);
  }

  private RewrittenSenders.Result notification(Address to) {
    return of(DIRECTORY, to, true, RewrittenSendersTest::accept);
  }

  private static void assertRefused(RewrittenSenders.Result result, int code, String enhanced) {
    assertThat(result)
        .isInstanceOfSatisfying(
            RewrittenSenders.Refused.class,
            refused -> {
              assertThat(refused.refusal().code()).isEqualTo(code);
              assertThat(refused.refusal().enhanced()).isEqualTo(enhanced);
              assertThat(refused.refusal().rule()).isEqualTo("senderRewriting");
              assertThat(refused.refusal().organization()).isEqualTo("contoso");
              assertThat(refused.refusal().explanation().getSummary()).isNotEmpty();
            });
  }

  @Test
  void aNotificationGoesBack() {
    assertThat(notification(made("contoso", "contoso.example", FOREIGN)))
        .isEqualTo(new RewrittenSenders.Returns("eve@outside.example"));
  }

  @Test
  void ofMailThatWeForwardedTwiceItGoesBackToTheSenderAtOnce() {
    String ours = made("contoso", "contoso.example", Address.parse("e@o.example")).localPart();
    String others = ours.replace("SRS0=", "SRS1=HHHH=contoso.example==");
    Address again = made("contoso", "contoso.example", Address.parse(others + "@other.example"));
    assertThat(again.localPart()).startsWith("SRS1=").contains("=contoso.example==");
    assertThat(notification(again)).isEqualTo(new RewrittenSenders.Returns("e@o.example"));
    assertRefused(of(DIRECTORY, again, false, RewrittenSendersTest::accept), 550, "5.7.1");
  }

  @Test
  void nobodyWritesToTheSenderBehindIt() {
    Address to = made("contoso", "contoso.example", FOREIGN);
    assertRefused(of(DIRECTORY, to, false, RewrittenSendersTest::accept), 550, "5.7.1");
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
      assertThat(of(DIRECTORY, Address.parse(to), false, RewrittenSendersTest::accept))
          .as(to)
          .isEqualTo(new RewrittenSenders.Ordinary());
    }
  }

  @Test
  void addressesAtAFormerDomainAreStillTakenAndOthersThereAreOrdinary() {
    Directory moved = directory("other.example");
    Address to = made("contoso", "contoso.example", FOREIGN);
    assertThat(of(moved, to, true, RewrittenSendersTest::accept))
        .isEqualTo(new RewrittenSenders.Returns("eve@outside.example"));
    Address theirs = Address.parse("SRS0=Ab1z=XQ=a.example=bob@contoso.example");
    assertThat(of(moved, theirs, true, RewrittenSendersTest::accept))
        .isEqualTo(new RewrittenSenders.Ordinary());
  }

  @Test
  void withoutSecretsTheNotificationWaits() {
    secrets = Optional.empty();
    assertRefused(notification(made("contoso", "contoso.example", FOREIGN)), 451, "4.3.0");
    assertThat(notification(Address.parse("anna@contoso.example")))
        .isEqualTo(new RewrittenSenders.Ordinary());
  }

  @Test
  void G8_theWayBackLeadsIntoNoOrganizationThatWouldRefuseTheMail() {
    Address to = made("contoso", "contoso.example", Address.parse("cfo@fabrikam.example"));
    assertThat(of(DIRECTORY, to, true, RewrittenSendersTest::accept))
        .isEqualTo(new RewrittenSenders.Returns("cfo@fabrikam.example"));
    assertThat(of(DIRECTORY, to, true, RewrittenSendersTest::restricted))
        .isInstanceOfSatisfying(
            RewrittenSenders.Refused.class,
            refused -> assertThat(refused.refusal().enhanced()).isEqualTo("5.7.51"));
  }

  @Test
  void aStrangerWithAnAddressCannotFloodTheSenderBehindIt() {
    Address to = made("contoso", "contoso.example", FOREIGN);
    int taken = 0;
    for (int i = 0; i < 2 * ReturnPace.AN_HOUR; i++) {
      if (notification(to) instanceof RewrittenSenders.Returns) {
        taken++;
      } else {
        assertRefused(notification(to), 451, "4.7.1");
      }
    }
    assertThat(taken).isEqualTo(ReturnPace.AN_HOUR);
    now += Duration.ofHours(1).toNanos();
    assertThat(notification(to)).isInstanceOf(RewrittenSenders.Returns.class);
  }
}
