package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.position.DeliveryTask;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.PeerTranscript;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions about recipients over real sockets. */
class RecipientTransactionTest {
  private static final TlsRequirement ENCRYPTED = RelayLab.level(TlsLevel.ENCRYPTION_ONLY);
  private static final LabCa CA = LabCa.create("Questions");
  private static final Reply NONE = Reply.of(550, "5.1.1", "User unknown");
  private static final Reply BARE = Reply.of(550, "", "no");

  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer peer =
      ScriptedPeer.named("mailbox.contoso.com")
          .identity(CA.issue(Issue.to("mailbox.contoso.com")))
          .start();
  private final Connections connections =
      new Connections(10, 100, Duration.ofMinutes(5), Duration.ofSeconds(5));
  private final Destinations routes =
      DestinationsLab.destinations(
          DestinationsLab.one(1, Duration.ofSeconds(5)), () -> false, lab.clock::get);
  private final Relay asking = lab.asking(routes, connections);

  @AfterEach
  void stop() {
    connections.close();
    peer.close();
    lab.close();
  }

  private DeliveryRequested.Builder question(
      TlsRequirement requirement, HopProtocol protocol, int port, String... addresses) {
    NextHop hop =
        NextHop.newBuilder()
            .setProtocol(protocol)
            .setRoute("mailbox")
            .addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(port))
            .build();
    DeliveryRequested.Builder request = RelayLab.request(requirement, hop, addresses);
    request.getEnvelopeBuilder().clearReversePath().clearBody();
    return request;
  }

  private List<RecipientOutcome> ask(DeliveryRequested.Builder question) throws Exception {
    OutcomeRecorded.Builder outcome =
        asking.deliver(new DeliveryTask(question.build(), RelayLab.REQUESTED_MILLIS), () -> true);
    assertThat(outcome).isNotNull();
    return outcome.getRecipientsList();
  }

  private List<RecipientOutcome> ask(String... addresses) throws Exception {
    return ask(question(ENCRYPTED, HopProtocol.SMTP, peer.port(), addresses));
  }

  @Test
  void nothingIsSentAndOneConnectionServesManyQuestions() throws Exception {
    peer.recipient("nobody@contoso.com", NONE);
    assertThat(ask("ann@contoso.com", "nobody@contoso.com"))
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.FAILED);
    assertThat(ask("ben@contoso.com"))
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.DELIVERED);
    assertThat(peer.sessions()).hasSize(1);
    PeerTranscript session = peer.sessions().getFirst();
    assertThat(session.commands())
        .filteredOn(line -> !line.startsWith("EHLO") && !line.equals("STARTTLS"))
        .containsExactly(
            "MAIL FROM:<>",
            "RCPT TO:<ann@contoso.com>",
            "RCPT TO:<nobody@contoso.com>",
            "RSET",
            "MAIL FROM:<>",
            "RCPT TO:<ben@contoso.com>",
            "RSET");
    assertThat(session.plaintextCommands()).noneMatch(line -> line.contains("contoso.com"));
    assertThat(peer.messages()).isEmpty();
  }

  @Test
  void moreThanOneTransactionHoldsAreAllAnswered() throws Exception {
    String[] addresses =
        IntStream.range(0, 230).mapToObj(i -> "u" + i + "@contoso.com").toArray(String[]::new);
    for (int i = 0; i < 230; i += 3) {
      peer.recipient("u" + i + "@contoso.com", NONE);
    }
    List<RecipientOutcome> answers = ask(addresses);
    for (int i = 0; i < 230; i++) {
      assertThat(answers.get(i).getKind())
          .isEqualTo(i % 3 == 0 ? OutcomeKind.FAILED : OutcomeKind.DELIVERED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // refusal of all, what postmaster gets, and the meaning
    "550, '', 250, FAILED",
    "550, '', 550, DEFERRED",
    "550, '', 450, DEFERRED",
    "553, '', 250, FAILED",
    "550, 5.1.0, 550, DEFERRED",
    "550, 5.4.1, 550, DEFERRED",
    "550, 5.4.1, 250, FAILED",
    "550, 5.1.1, 550, FAILED", // these words leave nothing open
    "550, 5.7.1, 250, DEFERRED",
    "450, '', 250, DEFERRED",
  })
  void aRefusalThatMayBeOfUsCountsWherePostmasterIsTaken(
      int code, String enhanced, int postmaster, OutcomeKind kind) throws Exception {
    peer.recipient("ann@contoso.com", Reply.of(code, enhanced, "no"));
    peer.recipient("postmaster@contoso.com", Reply.of(postmaster, "", "because"));
    RecipientOutcome answer = ask("ann@contoso.com").getFirst();
    assertThat(answer.getKind()).isEqualTo(kind);
    assertThat(answer.getReply().getCode()).isEqualTo(code);
    assertThat(answer.getReply().getCommand()).isEqualTo("RCPT");
  }

  @Test
  void aHostThatHasTakenSomebodyIsNotAskedForPostmaster() throws Exception {
    peer.recipient("nobody@contoso.com", BARE);
    assertThat(ask("ann@contoso.com", "nobody@contoso.com"))
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.FAILED);
    assertThat(peer.sessions().getFirst().mentions("postmaster")).isFalse();
  }

  @Test
  void aHostThatRefusesTheNullReversePathHasSaidNothing() throws Exception {
    peer.on(PeerStage.MAIL, PeerStep.answer(550, "5.7.1", "no null senders"));
    RecipientOutcome answer = ask("ann@contoso.com").getFirst();
    assertThat(answer.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(answer.getReply().getCommand()).isEqualTo("MAIL");
  }

  @Test
  void noAddressLeavesBelowTheRoutesLevel() throws Exception {
    try (ScriptedPeer plain = ScriptedPeer.named("plain.contoso.com").start()) {
      RecipientOutcome answer =
          ask(question(ENCRYPTED, HopProtocol.SMTP, plain.port(), "ann@contoso.com")).getFirst();
      assertThat(answer.getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(plain.envelopeSeen()).isFalse();
    }
    TlsRequirement named = RelayLab.level(TlsLevel.DOMAIN_VALIDATION); // another name
    assertThat(
            ask(question(named, HopProtocol.SMTP, peer.port(), "ann@contoso.com"))
                .getFirst()
                .getKind())
        .isEqualTo(OutcomeKind.DEFERRED);
    assertThat(peer.envelopeSeen()).isFalse();
  }

  @Test
  void lmtpRoutesAreAskedToo() throws Exception {
    peer.recipient("nobody@contoso.com", NONE);
    assertThat(
            ask(
                question(
                    ENCRYPTED,
                    HopProtocol.LMTP,
                    peer.port(),
                    "ann@contoso.com",
                    "nobody@contoso.com")))
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.FAILED);
    assertThat(peer.sessions().getFirst().commands()).anyMatch(line -> line.startsWith("LHLO"));
  }

  @Test
  void anInternationalizedAddressIsAskedForWhereTheHostTakesSuch() throws Exception {
    assertThat(ask("jürgen@contoso.com", "ann@contoso.com"))
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.DELIVERED);
    assertThat(peer.sessions().getFirst().commands()).contains("MAIL FROM:<> SMTPUTF8");
    try (ScriptedPeer ascii =
        ScriptedPeer.named("mailbox.contoso.com")
            .identity(CA.issue(Issue.to("mailbox.contoso.com")))
            .capabilities("PIPELINING")
            .start()) {
      assertThat(
              ask(
                  question(
                      ENCRYPTED,
                      HopProtocol.SMTP,
                      ascii.port(),
                      "jürgen@contoso.com",
                      "ann@contoso.com")))
          .extracting(RecipientOutcome::getKind)
          .containsExactly(OutcomeKind.DEFERRED, OutcomeKind.DELIVERED);
    }
  }

  @Test
  void aDeadRouteIsNotDialledAtEachQuestion() throws Exception {
    peer.on(PeerStage.BANNER, PeerStep.drop());
    for (int i = 0; i < 5; i++) {
      assertThat(ask("u" + i + "@contoso.com").getFirst().getKind())
          .isEqualTo(OutcomeKind.DEFERRED);
    }
    assertThat(peer.sessions()).hasSize(1);
    peer.asUsual();
    lab.clock.addAndGet(Duration.ofSeconds(11).toNanos()); // its pause is over
    assertThat(ask("ann@contoso.com").getFirst().getKind()).isEqualTo(OutcomeKind.DELIVERED);
  }

  @Test
  void deliveriesHaveTheirOwnSlotsAndConnections() throws Exception {
    peer.next(PeerStage.BANNER, PeerStep.drop());
    assertThat(ask("ann@contoso.com").getFirst().getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(lab.deliver(RelayLab.request(ENCRYPTED, peer)).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.connections.idle()).isEqualTo(1);
    assertThat(connections.idle()).isZero();
  }

  @Test
  void aHostThatHangsIsLeftInBoundedTime() throws Exception {
    peer.on(PeerStage.RCPT, PeerStep.hang());
    Relay impatient = lab.askingImpatiently(routes, connections);
    long began = System.nanoTime();
    OutcomeRecorded.Builder outcome =
        impatient.deliver(
            new DeliveryTask(
                question(ENCRYPTED, HopProtocol.SMTP, peer.port(), "ann@contoso.com").build(),
                RelayLab.REQUESTED_MILLIS),
            () -> true);
    assertThat(outcome).isNotNull();
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("timeout");
    assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(15).toNanos());
  }
}
