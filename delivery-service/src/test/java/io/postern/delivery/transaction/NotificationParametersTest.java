package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.delivery.relay.RelayLab;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Command;
import io.postern.smtp.CommandParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 3461 towards the next hop: §5.2.1 one that announces DSN, §5.2.2 one that does not. */
class NotificationParametersTest {
  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer able =
      ScriptedPeer.named("able.fabrikam.com").capabilities("PIPELINING", "8BITMIME", "DSN").start();
  private final ScriptedPeer unable = ScriptedPeer.named("unable.fabrikam.com").start();

  @AfterEach
  void stop() {
    able.close();
    unable.close();
    lab.close();
  }

  private static DeliveryRequested.Builder asked(
      ScriptedPeer peer, String original, String... notify) {
    DeliveryRequested.Builder request =
        RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer);
    request
        .getEnvelopeBuilder()
        .setRet("HDRS")
        .setEnvelopeId("id=1 +2")
        .setRecipients(
            0,
            EnvelopeRecipient.newBuilder()
                .setAddress("ann@fabrikam.com")
                .setOriginalRecipient(original)
                .addAllNotify(List.of(notify)));
    return request;
  }

  private static List<String> envelope(ScriptedPeer peer) {
    return peer.sessions().getFirst().commands().stream()
        .filter(line -> line.startsWith("MAIL") || line.startsWith("RCPT"))
        .toList();
  }

  @Test
  void aHostWithDsnGetsTheParametersAsTheyWereGivenAndConfirmsItself() throws Exception {
    OutcomeRecorded outcome =
        lab.deliver(asked(able, "rfc822;ann+list@contoso.com", "SUCCESS", "DELAY"));
    assertThat(envelope(able))
        .containsExactly(
            "MAIL FROM:<bob@contoso.com> BODY=8BITMIME RET=HDRS ENVID=id+3D1+20+2B2",
            "RCPT TO:<ann@fabrikam.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann+2Blist@contoso.com");
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getRecipients(0).getRelayed()).isFalse();
  }

  @Test
  void whatWasNotGivenIsNotMadeUp() throws Exception {
    DeliveryRequested.Builder request =
        RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), able);
    lab.deliver(request);
    assertThat(envelope(able))
        .containsExactly("MAIL FROM:<bob@contoso.com> BODY=8BITMIME", "RCPT TO:<ann@fabrikam.com>");
  }

  @ParameterizedTest(name = "NOTIFY={0}: relayed {1}")
  @CsvSource({"SUCCESS, true", "'FAILURE,SUCCESS', true", "FAILURE, false", "NEVER, false"})
  void aHostWithoutDsnGetsNoneOfThemAndSuccessIsRelayed(String notify, boolean relayed)
      throws Exception {
    OutcomeRecorded outcome =
        lab.deliver(asked(unable, "rfc822;ann@contoso.com", notify.split(",")));
    assertThat(envelope(unable)).noneMatch(line -> line.matches(".*(RET|ENVID|NOTIFY|ORCPT).*"));
    RecipientOutcome recipient = outcome.getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(recipient.getRelayed()).isEqualTo(relayed);
    assertThat(recipient.getReply().getCode()).isEqualTo(250);
  }

  @Test
  void whatWasNotDeliveredIsNotRelayed() throws Exception {
    unable.on(PeerStage.END_OF_DATA, PeerStep.answer(550, "5.7.1", "no"));
    OutcomeRecorded outcome = lab.deliver(asked(unable, "", "SUCCESS"));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(outcome.getRecipients(0).getRelayed()).isFalse();
  }

  @Test
  void anOriginalRecipientThatNoLineHoldsIsLeftOut() throws Exception {
    lab.deliver(asked(able, "utf-8;" + "ä".repeat(200), "DELAY"));
    assertThat(envelope(able)).last().isEqualTo("RCPT TO:<ann@fabrikam.com> NOTIFY=DELAY");
  }

  @Test
  void anyTextComesBackFromItsXtextAndNeverEndsAParameter() throws Exception {
    Random random = new Random(3461);
    for (int run = 0; run < 20_000; run++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(1, 12);
      for (int i = 0; i < length; i++) {
        int c =
            switch (random.nextInt(4)) {
              case 0 -> "+=; \\<>".codePointAt(random.nextInt(7));
              case 1 -> random.nextInt(0xa0, 0x3000);
              default -> random.nextInt(' ', 0x7f);
            };
        text.appendCodePoint(Character.isDefined(c) ? c : '?');
      }
      String xtext = MailCommand.xtext(text.toString());
      assertThat(xtext).matches("[!-*,-<>-~+]*").doesNotContain(" ", "=");
      if (xtext.length() > 100) {
        continue;
      }
      Command.Mail mail =
          (Command.Mail)
              CommandParser.parse(
                  ("MAIL FROM:<> ENVID=" + xtext).getBytes(StandardCharsets.US_ASCII));
      assertThat(mail.parameters()).containsEntry("ENVID", text.toString());
    }
  }
}
