package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.Ownership;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.FreePorts;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 5321 §5.1: what a host refuses for now goes to the next one in the same attempt, and each
 * recipient has the evidence of the host that decided about it.
 */
class NextHostTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private static final String[] FIVE = {"a@x.com", "b@x.com", "c@x.com", "d@x.com", "e@x.com"};

  private static final Identity IDENTITY = LabCa.create("Lab").issue(Issue.to("mx.fabrikam.com"));

  /** Ours as far as we know, but no lease proves it. */
  private static final Ownership WITHOUT_DOT =
      new Ownership() {
        @Override
        public boolean held() {
          return true;
        }

        @Override
        public Duration awaitDot() {
          return Duration.ZERO;
        }
      };

  private final RelayLab lab = new RelayLab();
  private final List<ScriptedPeer> peers = new ArrayList<>();

  @AfterEach
  void stop() {
    peers.forEach(ScriptedPeer::close);
    lab.close();
  }

  private ScriptedPeer peer(String... capabilities) {
    return kept(
        ScriptedPeer.named("mx" + peers.size() + ".fabrikam.com").capabilities(capabilities));
  }

  private ScriptedPeer kept(ScriptedPeer.Builder builder) {
    ScriptedPeer peer = builder.start();
    peers.add(peer);
    return peer;
  }

  private ScriptedPeer full() {
    ScriptedPeer peer = peer("PIPELINING", "8BITMIME");
    peer.on(PeerStage.MAIL, PeerStep.answer(452, "4.3.1", "the disk is full"));
    return peer;
  }

  private OutcomeRecorded deliver(ScriptedPeer... to) throws Exception {
    return lab.deliver(RelayLab.request(OPPORTUNISTIC, to));
  }

  private static OutcomeRecorded over(OutcomeRecorded outcome, int recipient) {
    return OutcomeConnections.of(outcome, outcome.getRecipients(recipient));
  }

  private static void assertAt(OutcomeRecorded outcome, int recipient, ScriptedPeer peer) {
    assertThat(over(outcome, recipient).getAddress()).endsWith(":" + peer.port());
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerStage.class,
      names = {"MAIL", "RCPT", "DATA", "END_OF_DATA"})
  void aTemporaryRefusalGoesToTheNextHost(PeerStage stage) throws Exception {
    ScriptedPeer first = peer("PIPELINING", "8BITMIME");
    first.on(stage, PeerStep.answer(452, "4.3.1", "the disk is full"));
    ScriptedPeer second = peer("PIPELINING", "8BITMIME");
    OutcomeRecorded outcome = deliver(first, second);
    RecipientOutcome recipient = outcome.getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(recipient.getDetail()).contains("127.0.0.1:" + first.port(), "452 4.3.1");
    assertAt(outcome, 0, second);
    assertThat(first.messages()).isEmpty();
    assertThat(second.messages()).hasSize(1);
    assertThat(first.sessions()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {421, 451})
  void aRefusalOfTheDotGoesToTheNextHostByANewLease(int code) throws Exception {
    ScriptedPeer first = peer();
    first.on(PeerStage.END_OF_DATA, PeerStep.answer(code, "4.3.0", "later"));
    ScriptedPeer second = peer();
    AtomicInteger dots = new AtomicInteger();
    OutcomeRecorded outcome =
        lab.deliver(
            RelayLab.request(OPPORTUNISTIC, first, second),
            new Ownership() {
              @Override
              public boolean held() {
                return true;
              }

              @Override
              public Duration awaitDot() {
                dots.incrementAndGet();
                return Duration.ofSeconds(20);
              }
            });
    assertThat(outcome).isNotNull();
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(dots).hasValue(2);
    assertThat(second.messages()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop", "hang", "354"})
  void afterADotWithoutAReplyNoOtherHostIsAsked(String how) throws Exception {
    lab.impatient();
    ScriptedPeer first = peer();
    first.on(
        PeerStage.END_OF_DATA,
        switch (how) {
          case "drop" -> PeerStep.drop();
          case "hang" -> PeerStep.hang();
          default -> PeerStep.answer(354, "", "go on");
        });
    ScriptedPeer second = peer();
    OutcomeRecorded outcome = deliver(first, second);
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getMayHaveBeenTaken()).isEqualTo(!how.equals("354"));
    assertThat(second.sessions()).isEmpty();
  }

  @Test
  void recipientsOfHostsWithAndWithoutTlsHaveTheEvidenceOfTheirOwn() throws Exception {
    ScriptedPeer plain = peer("8BITMIME", "LIMITS RCPTMAX=3 MAILMAX=1");
    plain.next(PeerStage.BANNER, PeerStep.goOn(), PeerStep.drop());
    ScriptedPeer tls = kept(ScriptedPeer.named("mx.fabrikam.com").identity(IDENTITY));
    OutcomeRecorded outcome =
        lab.deliver(RelayLab.recipients(RelayLab.request(OPPORTUNISTIC, plain, tls), FIVE));
    assertThat(outcome.getRecipientsList()).allMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
    assertThat(plain.messages().getFirst().recipients())
        .containsExactly("a@x.com", "b@x.com", "c@x.com");
    assertThat(tls.messages().getFirst().recipients()).containsExactly("d@x.com", "e@x.com");
    for (int i = 0; i < 5; i++) {
      OutcomeRecorded one = over(outcome, i);
      assertAt(outcome, i, i < 3 ? plain : tls);
      assertThat(one.hasTlsFacts()).isEqualTo(i >= 3);
      assertThat(one.getToken())
          .isEqualTo(i < 3 ? "opportunistic:none(not-offered)" : "opportunistic:encryption-only");
    }
    assertThat(OutcomeConnections.split(outcome))
        .extracting(OutcomeRecorded::getRecipientsCount)
        .containsExactly(3, 2);
  }

  @Test
  void theReasonOfADeferralStandsWithTheHostThatGaveIt() throws Exception {
    ScriptedPeer first = peer();
    first.on(PeerStage.MAIL, PeerStep.drop());
    ScriptedPeer second = peer();
    second.on(PeerStage.BANNER, PeerStep.answer(554, "5.3.2", "no service"));
    OutcomeRecorded outcome = deliver(first, second);
    assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(554);
    assertAt(outcome, 0, second);
    assertThat(outcome.getToken()).isEqualTo("opportunistic/remote-5xx");
  }

  @Test
  void onlyTheRecipientsThatWerePutOffGoOn() throws Exception {
    ScriptedPeer first = peer();
    first.recipient("b@x.com", Reply.of(451, "4.2.1", "greylisted"));
    first.recipient("c@x.com", Reply.of(550, "5.1.1", "unknown"));
    ScriptedPeer second = peer();
    OutcomeRecorded outcome =
        lab.deliver(RelayLab.recipients(RelayLab.request(OPPORTUNISTIC, first, second), FIVE));
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(
            OutcomeKind.DELIVERED,
            OutcomeKind.DELIVERED,
            OutcomeKind.FAILED,
            OutcomeKind.DELIVERED,
            OutcomeKind.DELIVERED);
    assertThat(first.messages())
        .extracting(PeerMessage::recipients)
        .containsExactly(List.of("a@x.com", "d@x.com", "e@x.com"));
    assertThat(second.messages())
        .extracting(PeerMessage::recipients)
        .containsExactly(List.of("b@x.com"));
    assertAt(outcome, 1, second);
    assertAt(outcome, 2, first);
  }

  @Test
  void theLastWordIsKeptAndAPermanentRefusalOfTheNextHostIsFinal() throws Exception {
    ScriptedPeer second = peer();
    second.on(PeerStage.RCPT, PeerStep.answer(451, "4.7.1", "greylisted"));
    OutcomeRecorded deferred = deliver(full(), second);
    assertThat(deferred.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(deferred.getRecipients(0).getReply().getText()).isEqualTo("greylisted");
    assertAt(deferred, 0, second);
    assertThat(deferred.getToken()).isEqualTo("opportunistic:none(not-offered)");
    second.on(PeerStage.RCPT, PeerStep.answer(550, "5.1.1", "unknown"));
    OutcomeRecorded failed = deliver(full(), second);
    assertThat(failed.getRecipients(0).getKind()).isEqualTo(OutcomeKind.FAILED);
    assertAt(failed, 0, second);
  }

  @Test
  void aHostThatCannotBeReachedLeavesTheWordOfTheOneBefore() throws Exception {
    ScriptedPeer first = full();
    DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, first);
    request
        .getNextHopBuilder()
        .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(FreePorts.next()));
    OutcomeRecorded outcome = lab.deliver(request);
    assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(452);
    assertAt(outcome, 0, first);
  }

  @Test
  void atMostTwoFurtherHostsAreAsked() throws Exception {
    ScriptedPeer[] all = IntStream.range(0, 5).mapToObj(i -> full()).toArray(ScriptedPeer[]::new);
    assertThat(deliver(all).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(peers).extracting(p -> p.sessions().size()).containsExactly(1, 1, 1, 0, 0);
  }

  @Test
  void afterARefusalFiveAddressesAreDialledInAll() throws Exception {
    DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, full());
    for (int i = 0; i < 4; i++) {
      request
          .getNextHopBuilder()
          .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(FreePorts.next()));
    }
    ScriptedPeer sixth = peer();
    request
        .getNextHopBuilder()
        .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(sixth.port()));
    assertThat(lab.deliver(request).getRecipients(0).getReply().getCode()).isEqualTo(452);
    assertThat(sixth.sessions()).isEmpty();
  }

  @Test
  void noHostIsBegunAfterTheHandover() throws Exception {
    ScriptedPeer first = full();
    ScriptedPeer second = peer();
    OutcomeRecorded outcome =
        lab.deliver(
            RelayLab.request(OPPORTUNISTIC, first, second),
            new Ownership() {
              @Override
              public boolean held() {
                return true;
              }

              @Override
              public boolean handedOver() {
                return first.envelopeSeen();
              }
            });
    assertThat(outcome).isNotNull();
    assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(452);
    assertThat(second.sessions()).isEmpty();
  }

  @Test
  void aKeptSessionThatIsPutOffIsNotFollowedByANewOneWithTheSameHost() throws Exception {
    ScriptedPeer first = peer();
    deliver(first);
    first.on(PeerStage.MAIL, PeerStep.answer(452, "4.3.1", "the disk is full"));
    ScriptedPeer second = peer();
    assertThat(deliver(first, second).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(first.sessions()).hasSize(1);
    assertThat(second.messages()).hasSize(1);
  }

  @Test
  void aHostThatLacksAnExtensionDoesNotFailWhatAnotherHasPutOff() throws Exception {
    ScriptedPeer able = peer("8BITMIME", "SMTPUTF8");
    able.on(PeerStage.MAIL, PeerStep.answer(452, "4.3.1", "the disk is full"));
    ScriptedPeer unable = peer("8BITMIME");
    DeliveryRequested.Builder request =
        RelayLab.recipients(RelayLab.request(OPPORTUNISTIC, able, unable), "grå@x.com");
    request.getEnvelopeBuilder().setSmtputf8(true);
    OutcomeRecorded outcome = lab.deliver(request);
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(452);
    assertAt(outcome, 0, able);
  }

  @Test
  void afterAFailedHandshakeNothingGoesInPlaintextWhereAnotherHostPutItOffOverTls()
      throws Exception {
    ScriptedPeer broken =
        kept(ScriptedPeer.named("a.fabrikam.com").identity(IDENTITY).failHandshake());
    ScriptedPeer second = kept(ScriptedPeer.named("mx.fabrikam.com").identity(IDENTITY));
    second.on(PeerStage.MAIL, PeerStep.answer(451, "4.3.0", "later"));
    OutcomeRecorded outcome = deliver(broken, second);
    assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(451);
    assertThat(broken.envelopeSeen()).isFalse();
    assertThat(broken.messages()).isEmpty();
  }

  @Test
  void overLmtpEachRecipientGoesOnByItsOwnReply() throws Exception {
    try (LmtpServer first =
            new LmtpServer(List.of("250 taken", "452 4.2.2 over quota", "550 5.1.1 unknown"));
        LmtpServer second = new LmtpServer(List.of("250 taken"))) {
      OutcomeRecorded outcome =
          lab.deliver(
              RelayLab.request(
                  OPPORTUNISTIC, lmtp(first, second), "a@x.com", "b@x.com", "c@x.com"));
      assertThat(outcome.getRecipientsList())
          .extracting(RecipientOutcome::getKind)
          .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.DELIVERED, OutcomeKind.FAILED);
      assertThat(second.commands()).filteredOn(c -> c.startsWith("RCPT")).hasSize(1);
    }
  }

  @Test
  void overLmtpA421IsTheWordOfOneRecipientAndTheOthersHaveNone() throws Exception {
    try (LmtpServer first = new LmtpServer(List.of("250 taken", "421 4.3.2 closing"));
        LmtpServer second = new LmtpServer(List.of("250 taken"))) {
      OutcomeRecorded outcome =
          lab.deliver(
              RelayLab.request(
                  OPPORTUNISTIC, lmtp(first, second), "a@x.com", "b@x.com", "c@x.com"));
      assertThat(outcome.getRecipientsList())
          .extracting(RecipientOutcome::getKind)
          .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.DELIVERED, OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(2).getMayHaveBeenTaken()).isTrue();
      assertThat(second.commands())
          .filteredOn(c -> c.startsWith("RCPT"))
          .containsExactly("RCPT TO:<b@x.com>");
    }
  }

  private static NextHop lmtp(LmtpServer... servers) {
    NextHop.Builder hop = NextHop.newBuilder().setProtocol(HopProtocol.LMTP).setRoute("mailboxes");
    for (LmtpServer server : servers) {
      hop.addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(server.port()));
    }
    return hop.build();
  }

  @Test
  void anAddressThatPutMailOffIsNotAskedAgainByAnotherName() throws Exception {
    ScriptedPeer first = full();
    ScriptedPeer second = peer();
    DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, first, first, second);
    lab.dns.a("again.fabrikam.com", "127.0.0.1");
    request.getNextHopBuilder().getSmartHostsBuilder(1).setHost("again.fabrikam.com");
    assertThat(lab.deliver(request).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(first.sessions()).hasSize(1);
    assertThat(second.messages()).hasSize(1);
  }

  @Test
  void hostsThatPutMailOffAndCloseCountAsOnesThatAnswered() throws Exception {
    ScriptedPeer[] all = new ScriptedPeer[5];
    for (int i = 0; i < all.length; i++) {
      all[i] = peer();
      all[i].recipient("b@x.com", Reply.of(452, "4.2.2", "over quota"));
      all[i].on(PeerStage.END_OF_DATA, PeerStep.answer(421, "4.3.2", "closing"));
    }
    OutcomeRecorded outcome =
        lab.deliver(
            RelayLab.recipients(RelayLab.request(OPPORTUNISTIC, all), "a@x.com", "b@x.com"));
    assertThat(outcome.getRecipientsList()).allMatch(r -> r.getKind() == OutcomeKind.DEFERRED);
    assertThat(peers).extracting(p -> p.sessions().size()).containsExactly(1, 1, 1, 0, 0);
  }

  /** The host has all of the message but the dot: its TLS and name are part of the record. */
  @Test
  void aDotThatIsWithheldNamesTheHostThatHasTheRest() throws Exception {
    ScriptedPeer first = peer();
    OutcomeRecorded outcome =
        lab.deliver(RelayLab.request(OPPORTUNISTIC, full(), first), WITHOUT_DOT);
    assertThat(outcome).isNotNull();
    assertThat(outcome.getRecipients(0).getReply().getCode()).isEqualTo(452);
    OutcomeRecorded alone =
        lab.deliver(
            RelayLab.recipients(RelayLab.request(OPPORTUNISTIC, first), "a@x.com", "b@x.com"),
            WITHOUT_DOT);
    assertThat(alone).isNotNull();
    assertThat(alone.getRecipients(0).getReason()).isEqualTo("ownership-unproven");
    assertThat(alone.getToken()).isEqualTo("opportunistic:none(not-offered)");
    assertAt(alone, 0, first);
  }
}
