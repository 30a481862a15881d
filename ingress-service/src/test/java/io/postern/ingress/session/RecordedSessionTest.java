package io.postern.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.ChainKeeping;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.PresentedChain;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.ingress.RawClient;
import io.postern.ingress.TestDirectory;
import io.postern.ingress.TestServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.rules.again.RecordedFacts;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** docs/decisions/0051: sessions over real sockets are decided again by what they have recorded. */
class RecordedSessionTest {
  private static final Identity PARTNER =
      TestServer.CA.issue(Issue.to(TestDirectory.PARTNER_CERTIFICATE));
  private static final Identity STRANGER = TestServer.CA.issue(Issue.to("mail.stranger.example"));

  private final Map<ByteString, PresentedChain> log = new ConcurrentHashMap<>();
  private volatile boolean room = true;

  private TestServer server() throws Exception {
    return TestServer.withoutLog(
        s ->
            s.presentedChains =
                (source, fingerprint, chain, staple, proved) -> {
                  PresentedChain.Builder record = PresentedChain.newBuilder();
                  chain.forEach(c -> record.addCertificates(ByteString.copyFrom(c)));
                  if (room) {
                    log.put(ByteString.copyFrom(fingerprint), record.build());
                  }
                  return room;
                });
  }

  private static void refuse(TestServer server, Identity identity, String from, String... to)
      throws Exception {
    try (RawClient client = server.greeted()) {
      client.startTls(identity).command("EHLO client.example", "250");
      client.command("MAIL FROM:<" + from + ">", "250");
      for (String recipient : to) {
        assertThat(client.command("RCPT TO:<" + recipient + ">")).matches("[45].*");
      }
    }
  }

  private static String decided(TestServer server, RecordedFacts facts) {
    InboundDecision decision =
        InboundRules.decide(
            TestDirectory.snapshot(),
            facts.facts(),
            facts.recipients().getFirst().replaceFirst(".*@", ""),
            question -> server.verdicts.verdict(question, Duration.ZERO));
    return decision instanceof InboundDecision.Refuse refusal
        ? refusal.code() + " " + refusal.rule() + " " + refusal.verdict()
        : decision.toString();
  }

  private static String recorded(MessageRefused refused) {
    return refused.getCode() + " " + refused.getRule() + " " + refused.getVerdict();
  }

  @Test
  void aRefusalIsDecidedAgainByItsRecordAndTheChain() throws Exception {
    try (TestServer server = server()) {
      server.verdicts.answer(VerdictResult.BAD, VerdictReason.REVOKED);
      refuse(server, PARTNER, "a@partner.example", "b@contoso.example");
      server.verdicts.answer(VerdictResult.GOOD, VerdictReason.VERDICT_REASON_UNSPECIFIED);
      refuse(server, STRANGER, "a@partner.example", "b@contoso.example");
      refuse(server, STRANGER, "", "b@elsewhere.example");
      assertThat(server.refusals).hasSize(3);
      server.verdicts.answer(VerdictResult.BAD, VerdictReason.REVOKED);
      for (MessageRefused refused : server.refusals) {
        assertThat(refused.getSession().getChain()).isEqualTo(ChainKeeping.CHAIN_KEPT);
        RecordedFacts facts = RecordedFacts.of(refused, log::get).getFirst();
        assertThat(facts.complete()).isTrue();
        assertThat(decided(server, facts)).isEqualTo(recorded(refused));
      }
    }
    assertThat(log).as("each chain").hasSize(2);
  }

  @Test
  void theFurtherRefusalsOfAMinuteAreDecidedAgainByTheirVariants() throws Exception {
    List<MessageRefused> records;
    try (TestServer server = server()) {
      records = server.refusals;
      refuse(server, STRANGER, "a@partner.example", "b@contoso.example");
      refuse(server, STRANGER, "c@Partner.example", "d@contoso.example", "e@contoso.example");
      refuse(server, PARTNER, "c@contoso.example", "d@elsewhere.example", "e@other.example");
    }
    MessageRefused count =
        records.stream().filter(r -> r.getFromMillis() > 0).findFirst().orElseThrow();
    assertThat(count.getVariantsList())
        .singleElement()
        .satisfies(
            variant -> {
              assertThat(variant.getSenderDomain()).isEqualTo("partner.example");
              assertThat(variant.getRecipientDomain()).isEqualTo("contoso.example");
              assertThat(variant.getTls()).isTrue();
              assertThat(variant.getCount()).isEqualTo(2);
            });
    assertThat(RecordedFacts.of(count, log::get))
        .singleElement()
        .satisfies(
            facts -> {
              assertThat(facts.complete()).isTrue();
              assertThat(facts.count()).isEqualTo(2);
              assertThat(facts.facts().certificateNames()).containsExactly("mail.stranger.example");
            });
  }

  @Test
  void aChainThatFoundNoRoomIsSaid() throws Exception {
    room = false;
    try (TestServer server = server()) {
      refuse(server, STRANGER, "a@partner.example", "b@contoso.example");
      assertThat(server.refusals.getFirst().getSession().getChain())
          .isEqualTo(ChainKeeping.CHAIN_NOT_KEPT);
      assertThat(RecordedFacts.of(server.refusals.getFirst(), log::get).getFirst().complete())
          .isFalse();
    }
  }
}
