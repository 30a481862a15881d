package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.log.content.ContentException;
import io.postern.smtp.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The dialogue with a peer that answers, hangs or goes at each stage, in plaintext. */
class RelayDialogueTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").start();

  @AfterEach
  void stop() {
    peer.close();
    lab.close();
  }

  static Stream<Arguments> replies() {
    return Stream.of(
        Arguments.of(PeerStage.BANNER, 421, OutcomeKind.DEFERRED, "remote-4xx", "connect"),
        Arguments.of(PeerStage.BANNER, 554, OutcomeKind.DEFERRED, "remote-5xx", "connect"),
        Arguments.of(PeerStage.EHLO, 421, OutcomeKind.DEFERRED, "remote-4xx", "EHLO"),
        Arguments.of(PeerStage.EHLO, 450, OutcomeKind.DEFERRED, "remote-4xx", "EHLO"),
        Arguments.of(PeerStage.EHLO, 550, OutcomeKind.DEFERRED, "remote-5xx", "EHLO"),
        Arguments.of(PeerStage.MAIL, 354, OutcomeKind.DEFERRED, "remote-4xx", "MAIL"),
        Arguments.of(PeerStage.MAIL, 451, OutcomeKind.DEFERRED, "remote-4xx", "MAIL"),
        Arguments.of(PeerStage.MAIL, 421, OutcomeKind.DEFERRED, "remote-4xx", "MAIL"),
        Arguments.of(PeerStage.MAIL, 550, OutcomeKind.FAILED, "remote-5xx", "MAIL"),
        Arguments.of(PeerStage.RCPT, 354, OutcomeKind.DEFERRED, "remote-4xx", "RCPT"),
        Arguments.of(PeerStage.RCPT, 450, OutcomeKind.DEFERRED, "remote-4xx", "RCPT"),
        Arguments.of(PeerStage.RCPT, 452, OutcomeKind.DEFERRED, "remote-4xx", "RCPT"),
        Arguments.of(PeerStage.RCPT, 550, OutcomeKind.FAILED, "remote-5xx", "RCPT"),
        Arguments.of(PeerStage.DATA, 451, OutcomeKind.DEFERRED, "remote-4xx", "DATA"),
        Arguments.of(PeerStage.DATA, 554, OutcomeKind.FAILED, "remote-5xx", "DATA"),
        Arguments.of(PeerStage.END_OF_DATA, 452, OutcomeKind.DEFERRED, "remote-4xx", "end-of-data"),
        Arguments.of(PeerStage.END_OF_DATA, 421, OutcomeKind.DEFERRED, "remote-4xx", "end-of-data"),
        Arguments.of(PeerStage.END_OF_DATA, 550, OutcomeKind.FAILED, "remote-5xx", "end-of-data"));
  }

  @ParameterizedTest
  @MethodSource("replies")
  void aReplyAtEachStageBecomesItsOutcome(
      PeerStage stage, int code, OutcomeKind kind, String reason, String command) throws Exception {
    String enhanced = code < 400 ? "" : code / 100 + ".7.1"; // RFC 3463 §2 has no class 3
    peer.on(stage, PeerStep.answer(code, enhanced, "because"));
    OutcomeRecorded outcome = lab.deliver(request());
    RecipientOutcome recipient = outcome.getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(kind);
    assertThat(recipient.getReason()).isEqualTo(reason);
    assertThat(recipient.getReply().getCode()).isEqualTo(code);
    assertThat(recipient.getReply().getEnhancedCode()).isEqualTo(enhanced);
    assertThat(recipient.getReply().getText()).isEqualTo("because");
    assertThat(recipient.getReply().getCommand()).isEqualTo(command);
    assertThat(recipient.getMayHaveBeenTaken()).isFalse();
    assertThat(peer.messages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerStage.class,
      names = {"BANNER", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "END_OF_DATA"})
  void aPeerThatDropsDefers(PeerStage stage) throws Exception {
    peer.on(stage, PeerStep.drop());
    lab.contents(segments -> RelayLab.stream(List.of(lines(32 << 20)), null));
    RecipientOutcome recipient = lab.deliver(request()).getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(recipient.getReason()).isEqualTo("disconnected");
    assertThat(recipient.getMayHaveBeenTaken()).isEqualTo(stage == PeerStage.END_OF_DATA);
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerStage.class,
      names = {"BANNER", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "END_OF_DATA"})
  void aPeerThatHangsIsLeftInBoundedTime(PeerStage stage) throws Exception {
    lab.impatient();
    peer.on(stage, PeerStep.hang());
    lab.contents(segments -> RelayLab.stream(List.of(lines(32 << 20)), null));
    long started = System.nanoTime();
    RecipientOutcome recipient = lab.deliver(request()).getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(recipient.getReason()).isEqualTo("timeout");
    assertThat(System.nanoTime() - started).isLessThan(10_000_000_000L);
  }

  @ParameterizedTest
  @EnumSource(
      value = PeerStage.class,
      names = {"BANNER", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT"})
  void whatEndsBeforeTheFinalDotGoesToTheNextHost(PeerStage stage) throws Exception {
    peer.on(stage, PeerStep.drop());
    // More than the sockets' buffers hold, or the final dot would be sent before the drop is seen.
    lab.contents(segments -> RelayLab.stream(List.of(lines(32 << 20)), null));
    try (ScriptedPeer second = ScriptedPeer.named("b.fabrikam.com").start()) {
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, peer, second));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getAddress()).endsWith(":" + second.port());
      assertThat(peer.messages()).isEmpty();
    }
  }

  @Test
  void G5_afterTheFinalDotNoOtherHostIsTried() throws Exception {
    peer.on(PeerStage.END_OF_DATA, PeerStep.drop());
    try (ScriptedPeer second = ScriptedPeer.named("b.fabrikam.com").start()) {
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, peer, second));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getMayHaveBeenTaken()).isTrue();
      assertThat(second.sessions()).isEmpty();
    }
  }

  @Test
  void eachRecipientHasItsOwnOutcome() throws Exception {
    peer.recipient("no@fabrikam.com", Reply.of(550, "5.1.1", "unknown"));
    peer.recipient("later@fabrikam.com", Reply.of(450, "4.2.1", "full"));
    OutcomeRecorded outcome =
        lab.deliver(
            RelayLab.recipients(
                request(), "no@fabrikam.com", "ann@fabrikam.com", "later@fabrikam.com"));
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getRecipient, RecipientOutcome::getKind)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(3, OutcomeKind.FAILED),
            org.assertj.core.groups.Tuple.tuple(4, OutcomeKind.DELIVERED),
            org.assertj.core.groups.Tuple.tuple(5, OutcomeKind.DEFERRED));
    assertThat(peer.messages().getFirst().recipients()).containsExactly("ann@fabrikam.com");
    assertThat(outcome.getToken()).isEqualTo("opportunistic:none(not-offered)");
  }

  @Test
  void manyRecipientsGoInSeveralTransactionsOverOneSession() throws Exception {
    String[] many =
        IntStream.range(0, 250).mapToObj(i -> "u" + i + "@fabrikam.com").toArray(String[]::new);
    OutcomeRecorded outcome = lab.deliver(RelayLab.recipients(request(), many));
    assertThat(outcome.getRecipientsList())
        .hasSize(250)
        .allMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
    assertThat(peer.messages())
        .extracting(m -> m.recipients().size())
        .containsExactly(100, 100, 50);
    assertThat(peer.sessions()).hasSize(1);
  }

  @Test
  void rfc5321_4_5_3_1_10_tooManyRecipientsGoInAFurtherTransaction() throws Exception {
    peer.next(
        PeerStage.RCPT,
        PeerStep.answer(250, "2.1.5", "Ok"),
        PeerStep.answer(452, "4.5.3", "too many"));
    OutcomeRecorded outcome =
        lab.deliver(RelayLab.recipients(request(), "a@fabrikam.com", "b@fabrikam.com"));
    assertThat(outcome.getRecipientsList()).allMatch(r -> r.getKind() == OutcomeKind.DELIVERED);
    assertThat(peer.messages())
        .extracting(PeerMessage::recipients)
        .containsExactly(List.of("a@fabrikam.com"), List.of("b@fabrikam.com"));
  }

  @Test
  void anErrorBetweenTwoTransactionsDefersOnlyWhomTheFirstDidNotServe() throws Exception {
    OutcomeRecorded outcome =
        inTwoTransactions(
            () -> {},
            () -> {
              throw new IllegalStateException("broken");
            });
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(
            tuple(OutcomeKind.DELIVERED, ""), tuple(OutcomeKind.DEFERRED, "internal-error"));
  }

  @Test
  void G3_aRoutingThatChangesBetweenTwoTransactionsStopsTheSecond() throws Exception {
    OutcomeRecorded outcome = inTwoTransactions(() -> lab.routingChanged("newer"), () -> {});
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind, RecipientOutcome::getReason)
        .containsExactly(
            tuple(OutcomeKind.DELIVERED, ""), tuple(OutcomeKind.DEFERRED, "routing-changed"));
    assertThat(outcome.getNoAttempt()).as("the first recipient was tried").isFalse();
    assertThat(peer.messages()).hasSize(1);
  }

  /** The host takes one recipient at a time; something happens while each is on its way. */
  private OutcomeRecorded inTwoTransactions(Runnable first, Runnable second) throws Exception {
    peer.next(
        PeerStage.RCPT,
        PeerStep.answer(250, "2.1.5", "Ok"),
        PeerStep.answer(452, "4.5.3", "too many"));
    AtomicInteger opened = new AtomicInteger();
    lab.contents(
        segments -> {
          (opened.getAndIncrement() == 0 ? first : second).run();
          return RelayLab.stream(List.of(lines(100)), null);
        });
    return lab.deliver(RelayLab.recipients(request(), "a@fabrikam.com", "b@fabrikam.com"));
  }

  @Test
  void rfc2033_lmtpAnswersForEachRecipient() throws Exception {
    try (LmtpServer mailbox =
        new LmtpServer(List.of("250 2.0.0 kept", "452 4.2.2 full", "550 5.7.1 no"))) {
      NextHop hop =
          NextHop.newBuilder()
              .setProtocol(HopProtocol.LMTP)
              .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(mailbox.port()))
              .build();
      OutcomeRecorded outcome =
          lab.deliver(
              RelayLab.request(
                  OPPORTUNISTIC, hop, "a@fabrikam.com", "b@fabrikam.com", "c@fabrikam.com"));
      assertThat(outcome.getRecipientsList())
          .extracting(RecipientOutcome::getKind)
          .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.DEFERRED, OutcomeKind.FAILED);
      assertThat(mailbox.commands()).first().asString().startsWith("LHLO ");
    }
  }

  @Test
  void contentOfAnyShapeArrivesByteForByte() throws Exception {
    Random random = new Random(822);
    for (int run = 0; run < 40; run++) {
      List<byte[]> buffers = new ArrayList<>();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      int count = random.nextInt(1, 6);
      for (int i = 0; i < count; i++) {
        StringBuilder text = new StringBuilder();
        int lines = random.nextInt(400);
        for (int line = 0; line < lines; line++) {
          text.append(".".repeat(random.nextInt(3))).append("x".repeat(random.nextInt(90)));
          text.append("\r\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        int cut = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        buffers.add(java.util.Arrays.copyOfRange(bytes, 0, cut));
        buffers.add(java.util.Arrays.copyOfRange(bytes, cut, bytes.length));
        all.write(bytes);
      }
      if (all.size() == 0) {
        all.write("\r\n".getBytes(StandardCharsets.UTF_8));
        buffers.add("\r\n".getBytes(StandardCharsets.UTF_8));
      }
      lab.contents(segments -> RelayLab.stream(buffers, null));
      lab.deliver(request());
      assertThat(peer.messages().getLast().content()).isEqualTo(all.toByteArray());
    }
    assertThat(peer.sessions()).hasSize(1);
  }

  @Test
  void contentThatCannotBeReadCostsTheHostNoTransaction() throws Exception {
    lab.contents(segments -> RelayLab.stream(List.of(), unreadable()));
    RecipientOutcome recipient = lab.deliver(request()).getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(recipient.getReason()).isEqualTo("content-unreadable");
    assertThat(peer.envelopeSeen()).isFalse();
  }

  @Test
  void contentThatBreaksInTheMiddleNeverGetsItsFinalDot() throws Exception {
    lab.contents(segments -> RelayLab.stream(List.of(lines(100_000)), unreadable()));
    RecipientOutcome recipient = lab.deliver(request()).getRecipients(0);
    assertThat(recipient.getReason()).isEqualTo("content-unreadable");
    peer.awaitSessions(1, java.time.Duration.ofSeconds(5));
    assertThat(peer.messages()).isEmpty();
    assertThat(lab.connections.idle()).isZero();
  }

  @Test
  void whatTheConnectorDoesNotTakeFailsBeforeItsEnvelope() throws Exception {
    DeliveryRequested.Builder request = request().setSize(1 << 20);
    request.getNextHopBuilder().setMaxMessageMegabytes(1);
    assertThat(lab.deliver(request).getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);

    RecipientOutcome tooLarge = lab.deliver(request.setSize((1 << 20) + 1)).getRecipients(0);
    assertThat(tooLarge.getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(tooLarge.getReason()).isEqualTo("too-large");
    assertThat(tooLarge.getReply().getText()).contains("at most 1048576 are allowed");
    assertThat(peer.messages()).hasSize(1);
  }

  @Test
  void whatTheHostCannotTakeFailsBeforeItsEnvelope() throws Exception {
    try (ScriptedPeer small = ScriptedPeer.named("s.fabrikam.com").capabilities("SIZE 10").start();
        ScriptedPeer seven = ScriptedPeer.named("7.fabrikam.com").capabilities("SIZE").start()) {
      RecipientOutcome tooLarge =
          lab.deliver(RelayLab.request(OPPORTUNISTIC, small)).getRecipients(0);
      assertThat(tooLarge.getReason()).isEqualTo("too-large");
      assertThat(tooLarge.getKind()).isEqualTo(OutcomeKind.FAILED);
      assertThat(tooLarge.getReply().getEnhancedCode()).isEqualTo("5.3.4");
      // It was declared, and is not there: many senders declare it with every message.
      assertThat(lab.deliver(RelayLab.request(OPPORTUNISTIC, seven)).getRecipients(0).getKind())
          .isEqualTo(OutcomeKind.DELIVERED);
      assertThat(seven.messages().getFirst().mailParameters()).doesNotContain("BODY");
      lab.contents(
          segments ->
              RelayLab.stream(
                  List.of("Subject: x\r\n\r\ngr\u00fcn\r\n".getBytes(StandardCharsets.UTF_8)),
                  null));
      RecipientOutcome eightBit =
          lab.deliver(RelayLab.request(OPPORTUNISTIC, seven)).getRecipients(0);
      assertThat(eightBit.getReason()).isEqualTo("no-8bitmime");
      assertThat(eightBit.getKind()).isEqualTo(OutcomeKind.FAILED);
      assertThat(eightBit.getReply().getEnhancedCode()).isEqualTo("5.6.3");
      assertThat(small.envelopeSeen()).isFalse();
      assertThat(seven.messages()).hasSize(1);
    }
  }

  @Test
  void aDeliveryWithoutAnAddressForEachRecipientReachesNoHost() {
    DeliveryRequested.Builder request = request().addRecipients(9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lab.deliver(request))
        .withMessage("the delivery has 2 recipients and 1 addresses");
    assertThat(peer.envelopeSeen()).isFalse();
  }

  @Test
  void theOutcomeHasAllThatTheSchedulerNeedsOfItsTask() throws Exception {
    DeliveryRequested.Builder request =
        request()
            .setConnector("To Fabrikam")
            .setAcceptedOffset(42)
            .setAcceptedMillis(1_000)
            .setExpiresMillis(2_000)
            .setRoutingVersion(7);
    OutcomeRecorded outcome = lab.deliver(request);
    assertThat(outcome)
        .returns(OutcomeWriter.WRITER_DELIVERY, OutcomeRecorded::getWriter)
        .returns(request.getQueueId(), OutcomeRecorded::getQueueId)
        .returns(request.getDeliveryId(), OutcomeRecorded::getDeliveryId)
        .returns(1, OutcomeRecorded::getAttempt)
        .returns("contoso", OutcomeRecorded::getOrganization)
        .returns("To Fabrikam", OutcomeRecorded::getConnector)
        .returns("fabrikam", OutcomeRecorded::getRoute)
        .returns(42L, OutcomeRecorded::getAcceptedOffset)
        .returns(1_000L, OutcomeRecorded::getAcceptedMillis)
        .returns(2_000L, OutcomeRecorded::getExpiresMillis)
        .returns(7L, OutcomeRecorded::getRoutingVersion);
    assertThat(outcome.getTimings().getRequestedMillis()).isEqualTo(RelayLab.REQUESTED_MILLIS);
    assertThat(outcome.getTimings().getStartedMillis()).isPositive();
  }

  @Test
  void anOldRoutingVersionIsHandedBackBeforeMailFrom() throws Exception {
    lab.routingChanged("newer");
    OutcomeRecorded outcome = lab.deliver(request());
    assertThat(outcome.getNoAttempt()).isTrue();
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("routing-changed");
    assertThat(peer.envelopeSeen()).isFalse();
  }

  @Test
  void aDeliveryThatIsNoLongerOursIsLeftToItsOwner() throws Exception {
    assertThat(lab.deliverUnowned(request())).isNull();
    assertThat(peer.envelopeSeen()).isFalse();
  }

  @Test
  void aKeptConnectionThatDiedIsReplacedUnnoticed() throws Exception {
    lab.deliver(request());
    peer.dropConnections();
    OutcomeRecorded outcome = lab.deliver(request());
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(peer.sessions()).hasSize(2);
  }

  @Test
  void aHostThatIsAwayIsConnectFailed() throws Exception {
    ScriptedPeer away = ScriptedPeer.named("gone.fabrikam.com").start();
    DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, away);
    away.close();
    OutcomeRecorded outcome = lab.deliver(request);
    assertThat(outcome.getToken()).isEqualTo("opportunistic/connect-failed");
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(lab.destinations.busy()).isZero();
  }

  @Test
  void aDomainThatDoesNotExistFailsItsRecipients() throws Exception {
    NextHop hop = NextHop.newBuilder().setMxDomain("nowhere.example").build();
    OutcomeRecorded outcome =
        lab.deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@nowhere.example"));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.FAILED);
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("no-mail-host");
    assertThat(outcome.getRecipients(0).getReply().getEnhancedCode()).isEqualTo("5.1.2");
  }

  @Test
  void aDomainWhoseMailHostsAreAllInsideFailsAndNobodyIsDialled() throws Exception {
    try (RelayLab outside = RelayLab.publicOnly(peer.port())) {
      outside.dns.mailDomain("fabrikam.com", "mx.fabrikam.com"); // at 127.0.0.1
      outside.dns.mx("fabrikam.com", 20, "none.fabrikam.com").a("implicit.example", "127.0.0.1");
      for (String domain : List.of("fabrikam.com", "implicit.example", "[127.0.0.1]")) {
        NextHop hop = NextHop.newBuilder().setMxDomain(domain).build();
        OutcomeRecorded outcome =
            outside.deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@" + domain));
        assertThat(outcome.getToken()).isEqualTo("opportunistic/private-address");
        RecipientOutcome recipient = outcome.getRecipients(0);
        assertThat(recipient.getKind()).isEqualTo(OutcomeKind.FAILED);
        assertThat(recipient.getReason()).isEqualTo("private-address");
        assertThat(recipient.getReply().getEnhancedCode()).isEqualTo("5.4.4");
        assertThat(recipient.getDetail()).contains("allow-private-targets");
        // What an inner DNS says is no business of an organization.
        assertThat(recipient.getDetail().contains("127.0.0.1")).isEqualTo(domain.startsWith("["));
        assertThat(recipient.getReply().getText()).as("to senders").doesNotContain("postern");
      }
      assertThat(peer.sessions()).isEmpty();
      outside.dns.mx("again.example", 10, "mx.fabrikam.com");
      outside.dns.mx("again.example", 20, "unknown.fabrikam.com").servfail("unknown.fabrikam.com");
      NextHop hop = NextHop.newBuilder().setMxDomain("again.example").build();
      assertThat(
              outside
                  .deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@again.example"))
                  .getRecipients(0)
                  .getKind())
          .as("one host's address is not known for now")
          .isEqualTo(OutcomeKind.DEFERRED);

      assertThat(outside.deliver(request()).getRecipients(0).getKind())
          .as("a smart host is where its administrator wants")
          .isEqualTo(OutcomeKind.DELIVERED);
    }
  }

  /** An address that is not known for now may be public. */
  @Test
  void aPrivateAddressOfOneFamilyAndNoAnswerForTheOtherDefers() throws Exception {
    try (RelayLab outside = RelayLab.publicOnly(peer.port())) {
      outside.dns.mx("fabrikam.com", 10, "mx.fabrikam.com").aaaa("mx.fabrikam.com", "fd00::25");
      outside.dns.servfail("A", "mx.fabrikam.com");
      NextHop hop = NextHop.newBuilder().setMxDomain("fabrikam.com").build();
      OutcomeRecorded outcome =
          outside.deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@fabrikam.com"));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("dns-failure");
      assertThat(outcome.getRecipients(0).getDetail()).contains("A of mx.fabrikam.com");
    }
  }

  @Test
  void aSmartHostThatIsNotInTheDnsDefers() throws Exception {
    NextHop hop =
        NextHop.newBuilder()
            .addSmartHosts(NextHopHost.newBuilder().setHost("typo.example").setPort(25))
            .build();
    OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@fabrikam.com"));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("dns-failure");
  }

  private DeliveryRequested.Builder request() {
    return RelayLab.request(OPPORTUNISTIC, peer);
  }

  private static ContentException unreadable() {
    return new ContentException(ContentException.Kind.DAMAGED, "digest differs", null);
  }

  private static byte[] lines(int size) {
    byte[] content = new byte[size];
    for (int i = 0; i < size; i++) {
      content[i] = (byte) (i % 80 == 78 ? '\r' : i % 80 == 79 ? '\n' : 'x');
    }
    content[size - 2] = '\r';
    content[size - 1] = '\n';
    return content;
  }
}
