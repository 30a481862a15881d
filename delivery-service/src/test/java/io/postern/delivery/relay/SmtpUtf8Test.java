package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.log.content.ContentException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6531 towards the next hop, with SMTPUTF8 and without. */
class SmtpUtf8Test {
  private static final String ASCII = "Subject: x\r\n\r\ngr\u00fcn\r\n";
  private static final String UTF8 = "Subject: gr\u00fcn\r\n\r\nx\r\n";

  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer able =
      ScriptedPeer.named("able.fabrikam.com").capabilities("8BITMIME", "SMTPUTF8", "DSN").start();
  private final ScriptedPeer unable =
      ScriptedPeer.named("unable.fabrikam.com").capabilities("8BITMIME", "DSN").start();

  @AfterEach
  void stop() {
    able.close();
    unable.close();
    lab.close();
  }

  private DeliveryRequested.Builder request(
      ScriptedPeer peer, String content, String from, String... to) {
    lab.contents(
        segments -> RelayLab.stream(List.of(content.getBytes(StandardCharsets.UTF_8)), null));
    DeliveryRequested.Builder request =
        RelayLab.recipients(RelayLab.request(RelayLab.level(TlsLevel.OPPORTUNISTIC), peer), to);
    request.getEnvelopeBuilder().setReversePath(from).setSmtputf8(true);
    return request;
  }

  private static List<String> envelope(ScriptedPeer peer) {
    return peer.sessions().getFirst().commands().stream()
        .filter(line -> line.startsWith("MAIL") || line.startsWith("RCPT"))
        .toList();
  }

  @Test
  void aHostWithItGetsAddressesAndParameterAsTheyWereGiven() throws Exception {
    OutcomeRecorded outcome =
        lab.deliver(request(able, UTF8, "ånn@blå.example", "grå@blå.example", "ann@fabrikam.com"));
    assertThat(outcome.getRecipientsList()).allMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
    assertThat(envelope(able))
        .containsExactly(
            "MAIL FROM:<ånn@blå.example> BODY=8BITMIME SMTPUTF8",
            "RCPT TO:<grå@blå.example>",
            "RCPT TO:<ann@fabrikam.com>");
    assertThat(able.messages().getFirst().content())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(UTF8);
  }

  @Test
  void rfc6531_3_7_4_2_aReplyInUtf8IsRecordedAsItIs() throws Exception {
    able.on(PeerStage.RCPT, PeerStep.answer(550, "5.1.1", "kein Postfach für grå"));
    RecipientOutcome outcome =
        lab.deliver(request(able, UTF8, "", "grå@fabrikam.com")).getRecipients(0);
    assertThat(outcome.getReply().getText()).isEqualTo("kein Postfach für grå");
    assertThat(outcome.getReply().getEnhancedCode()).isEqualTo("5.1.1");
  }

  @Test
  void aMessageThatNeedsItNowhereGoesWithoutIt() throws Exception {
    OutcomeRecorded outcome = lab.deliver(request(unable, ASCII, "", "ann@fabrikam.com"));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(envelope(unable))
        .containsExactly("MAIL FROM:<> BODY=8BITMIME", "RCPT TO:<ann@fabrikam.com>");
    assertThat(unable.messages().getFirst().content())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(ASCII);
  }

  @Test
  void domainsAloneGoAsALabels() throws Exception {
    OutcomeRecorded outcome =
        lab.deliver(request(unable, ASCII, "bob@blå.example", "ann@GRÅ.example"));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(envelope(unable))
        .containsExactly(
            "MAIL FROM:<bob@xn--bl-zia.example> BODY=8BITMIME", "RCPT TO:<ann@xn--gr-zia.example>");
  }

  @ParameterizedTest(name = "{0} from {1} to {2}")
  @CsvSource({
    "ascii, ånn@contoso.com, ann@fabrikam.com, 553, 5.6.7, sender",
    "ascii, bob@contoso.com, grå@fabrikam.com, 553, 5.6.7, recipient",
    "utf8, bob@contoso.com, ann@fabrikam.com, 550, 5.6.9, header",
  })
  void whatNeedsItFailsWithTheCauseAndNothingIsSent(
      String content, String from, String to, int code, String enhanced, String cause)
      throws Exception {
    RecipientOutcome outcome =
        lab.deliver(request(unable, content.equals("utf8") ? UTF8 : ASCII, from, to))
            .getRecipients(0);
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(outcome.getReason()).isEqualTo("no-smtputf8");
    assertThat(outcome.getReply().getCode()).isEqualTo(code);
    assertThat(outcome.getReply().getEnhancedCode()).isEqualTo(enhanced);
    assertThat(outcome.getReply().getText()).contains(cause);
    assertThat(unable.envelopeSeen()).isFalse();
    assertThat(lab.connections.idle()).isEqualTo(1);
  }

  @Test
  void recipientsWhoNeedItFailAndTheOthersGetTheMessage() throws Exception {
    OutcomeRecorded outcome =
        lab.deliver(
            request(unable, ASCII, "bob@contoso.com", "grå@fabrikam.com", "ann@fabrikam.com"));
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.FAILED, OutcomeKind.DELIVERED);
    assertThat(unable.messages().getFirst().recipients()).containsExactly("ann@fabrikam.com");
  }

  @Test
  void contentThatCannotBeLookedAtDefers() throws Exception {
    DeliveryRequested.Builder request = request(unable, ASCII, "", "ann@fabrikam.com");
    ContentException away =
        new ContentException(ContentException.Kind.UNAVAILABLE, "no answer", null);
    lab.contents(segments -> RelayLab.stream(List.of(), away));
    RecipientOutcome outcome = lab.deliver(request).getRecipients(0);
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getReason()).isEqualTo("content-unreadable");
    assertThat(unable.envelopeSeen()).isFalse();
  }

  @Test
  void withoutTheSendersWishNoAddressIsInternationalized() throws Exception {
    lab.deliver(request(able, ASCII, "bob@contoso.com", "ann@fabrikam.com").setSize(1));
    DeliveryRequested.Builder plain = request(able, ASCII, "bob@contoso.com", "ann@fabrikam.com");
    plain.getEnvelopeBuilder().setSmtputf8(false);
    lab.deliver(plain);
    assertThat(envelope(able))
        .contains("MAIL FROM:<bob@contoso.com> BODY=8BITMIME SMTPUTF8")
        .contains("MAIL FROM:<bob@contoso.com> BODY=8BITMIME");
  }

  /** RFC 6533 §3; ORCPT is kept in the form in which it came. */
  @ParameterizedTest
  @CsvSource({
    "true, utf-8;grå+b@blå.example, utf-8;grå\\x{2B}b@blå.example",
    "false, utf-8;grå+b@blå.example, utf-8;gr\\x{E5}\\x{2B}b@bl\\x{E5}.example",
    "true, utf-8;gr\\x{E5}\\x{2B}b@bl\\x{E5}.example, utf-8;grå\\x{2B}b@blå.example",
    "false, utf-8;gr\\x{E5}@x.example, utf-8;gr\\x{E5}@x.example",
    "true, UTF-8;a@x.example, UTF-8;a@x.example",
    "true, rfc822;a+b@x.example, rfc822;a+2Bb@x.example",
  })
  void theOriginalRecipientIsInTheFormThatTheHostReads(boolean utf8, String kept, String sent)
      throws Exception {
    ScriptedPeer host = utf8 ? able : unable;
    DeliveryRequested.Builder request = request(host, ASCII, "", "ann@fabrikam.com");
    request
        .getEnvelopeBuilder()
        .setRecipients(
            0,
            EnvelopeRecipient.newBuilder()
                .setAddress("ann@fabrikam.com")
                .setOriginalRecipient(kept));
    lab.deliver(request);
    assertThat(envelope(host)).last().isEqualTo("RCPT TO:<ann@fabrikam.com> ORCPT=" + sent);
  }
}
