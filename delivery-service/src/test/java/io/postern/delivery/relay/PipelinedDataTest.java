package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

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
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.smtp.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 2920 §3.1: DATA in one group with the envelope, and hosts that answer it in each way. */
class PipelinedDataTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").start();

  @AfterEach
  void stop() {
    peer.close();
    lab.close();
  }

  /** Says nothing to MAIL and RCPT before DATA has come; in plaintext, for one message. */
  private static final class SilentUntilData implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());

    private SilentUntilData() throws IOException {
      Thread.startVirtualThread(this::serve);
    }

    private void serve() {
      try (Socket socket = listener.accept();
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
        say(socket, "220 silent\r\n");
        StringBuilder held = new StringBuilder();
        boolean data = false;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (data) {
            data = !line.equals(".");
            say(socket, data ? "" : "250 taken\r\n");
          } else if (line.startsWith("EHLO")) {
            say(socket, "250-silent\r\n250-PIPELINING\r\n250 8BITMIME\r\n");
          } else if (line.equals("DATA")) {
            data = true;
            say(socket, held + "354 go\r\n");
          } else {
            held.append("250 ok\r\n");
          }
        }
      } catch (IOException e) {
        // the client broke the connection
      }
    }

    private static void say(Socket socket, String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @Test
  void dataGoesWithTheEnvelope() throws Exception {
    try (SilentUntilData host = new SilentUntilData()) {
      NextHop hop =
          NextHop.newBuilder()
              .setRoute("silent")
              .addSmartHosts(
                  NextHopHost.newBuilder()
                      .setHost("127.0.0.1")
                      .setPort(host.listener.getLocalPort()))
              .build();
      OutcomeRecorded outcome =
          lab.deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@fabrikam.com", "b@fabrikam.com"));
      assertThat(outcome.getRecipientsList())
          .extracting(RecipientOutcome::getKind)
          .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.DELIVERED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 554, 451})
  void aHostThatRefusesEverybodyAndDataIsBelievedForEachRecipient(int data) throws Exception {
    peer.on(PeerStage.DATA_FOR_NOBODY, PeerStep.answer(data, data / 100 + ".5.1", "nobody"));
    refuseTwo();
    twoRefused(lab.deliver(two()));
    assertThat(commands()).endsWith("DATA", "RSET");
    assertThat(lab.connections.idle()).as("the session goes on").isEqualTo(1);
    assertThat(peer.messages()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {250, 451, 554})
  void aHostThatSays354WithNobodyAcceptedGetsALoneDotAndNothingCountsAsDelivered(int end)
      throws Exception {
    peer.on(PeerStage.DATA_FOR_NOBODY, PeerStep.answer(354, "", "go on"));
    peer.on(PeerStage.END_OF_DATA, PeerStep.answer(end, end / 100 + ".0.0", "an empty message"));
    refuseTwo();
    twoRefused(lab.deliver(two()));
    if (end == 250) {
      assertThat(peer.messages()).hasSize(1);
      assertThat(peer.messages().getFirst().content()).isEmpty();
      assertThat(peer.messages().getFirst().recipients()).isEmpty();
    }
    peer.on(PeerStage.END_OF_DATA, PeerStep.answer(250, "2.0.0", "kept"));

    // The same session serves the next delivery, and a third one asks for DATA apart.
    OutcomeRecorded next = lab.deliver(RelayLab.request(OPPORTUNISTIC, peer));
    assertThat(next.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(new String(peer.messages().getLast().content(), StandardCharsets.UTF_8))
        .isEqualTo(RelayLab.CONTENT);
    twoRefused(lab.deliver(two()));
    assertThat(peer.sessions()).hasSize(1);
    assertThat(commands()).endsWith("RCPT TO:<later@fabrikam.com>", "RSET");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop", "hang"})
  void whatComesOfALoneDotChangesNobodysOutcome(String how) throws Exception {
    lab.impatient();
    peer.on(PeerStage.DATA_FOR_NOBODY, PeerStep.answer(354, "", "go on"));
    peer.on(PeerStage.END_OF_DATA, how.equals("drop") ? PeerStep.drop() : PeerStep.hang());
    refuseTwo();
    twoRefused(lab.deliver(two()));
    assertThat(lab.connections.idle()).isZero();
  }

  @Test
  void mailRefusedAndDataTakenIsEndedByALoneDotToo() throws Exception {
    peer.on(PeerStage.MAIL, PeerStep.answer(451, "4.7.1", "greylisted"));
    peer.on(PeerStage.DATA_FOR_NOBODY, PeerStep.answer(354, "", "go on"));
    RecipientOutcome recipient =
        lab.deliver(RelayLab.request(OPPORTUNISTIC, peer)).getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(recipient.getReply().getCommand()).isEqualTo("MAIL");
    assertThat(recipient.getReply().getCode()).isEqualTo(451);
    assertThat(peer.messages().getFirst().content()).isEmpty();
  }

  @Test
  void someRefusedAndTheOthersGetTheContent() throws Exception {
    peer.recipient("no@fabrikam.com", Reply.of(550, "5.1.1", "unknown"));
    OutcomeRecorded outcome =
        lab.deliver(
            RelayLab.recipients(
                RelayLab.request(OPPORTUNISTIC, peer), "no@fabrikam.com", "ann@fabrikam.com"));
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.FAILED, OutcomeKind.DELIVERED);
    assertThat(peer.messages()).hasSize(1);
    assertThat(peer.messages().getFirst().recipients()).containsExactly("ann@fabrikam.com");
  }

  @Test
  void aHostThatGoesBehindItsRefusalsIsBelievedForThoseItGave() throws Exception {
    peer.on(PeerStage.DATA_FOR_NOBODY, PeerStep.drop());
    refuseTwo();
    twoRefused(lab.deliver(two()));
    assertThat(lab.connections.idle()).isZero();
  }

  @Test
  void a421ToDataGoesToTheNextHost() throws Exception {
    peer.on(PeerStage.DATA, PeerStep.answer(421, "4.3.2", "shutting down"));
    try (ScriptedPeer second = ScriptedPeer.named("b.fabrikam.com").start()) {
      OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, peer, second));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getAddress()).endsWith(":" + second.port());
    }
  }

  @Test
  void aDeliveryThatWasTakenAwayEndsWithoutALoneDot() throws Exception {
    peer.on(PeerStage.DATA_FOR_NOBODY, PeerStep.answer(354, "", "go on"));
    refuseTwo();
    Ownership untilTheEnvelope = () -> !peer.envelopeSeen();
    OutcomeRecorded outcome = lab.deliver(two(), untilTheEnvelope);
    assertThat(outcome).isNotNull();
    if (outcome != null) {
      twoRefused(outcome);
    }
    Awaitility.await().atMost(PATIENCE).until(() -> !peer.sessions().getFirst().end().isEmpty());
    assertThat(peer.sessions().getFirst().end()).contains("in the content");
    assertThat(peer.messages()).isEmpty();
    assertThat(lab.connections.idle()).isZero();
  }

  @Test
  void theCheckOfOwnershipStandsBehindTheContentAllTheSame() throws Exception {
    Ownership neverAtItsDot =
        new Ownership() {
          @Override
          public boolean held() {
            return true;
          }

          @Override
          public Duration awaitDot() {
            return Duration.ZERO;
          }

          @Override
          public void connection(@Nullable Runnable abort) {}
        };
    OutcomeRecorded outcome = lab.deliver(RelayLab.request(OPPORTUNISTIC, peer), neverAtItsDot);
    assertThat(outcome).isNotNull();
    if (outcome != null) {
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("ownership-unproven");
    }
    Awaitility.await().atMost(PATIENCE).until(() -> !peer.sessions().getFirst().end().isEmpty());
    assertThat(peer.messages()).isEmpty();
  }

  private enum Apart {
    NOT_OFFERED,
    SECOND_ATTEMPT,
    MORE_THAN_A_GROUP,
    LMTP
  }

  @ParameterizedTest
  @EnumSource(Apart.class)
  void dataIsKeptApartWhereEverybodyMayBeRefused(Apart why) throws Exception {
    try (ScriptedPeer old =
        ScriptedPeer.named("mx.fabrikam.com").capabilities("SIZE", "8BITMIME").start()) {
      ScriptedPeer host = why == Apart.NOT_OFFERED ? old : peer;
      host.on(PeerStage.RCPT, PeerStep.answer(550, "5.1.1", "unknown"));
      DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, host);
      switch (why) {
        case NOT_OFFERED -> {}
        case SECOND_ATTEMPT -> request.setAttempt(2);
        case MORE_THAN_A_GROUP ->
            RelayLab.recipients(
                request,
                IntStream.range(0, 49)
                    .mapToObj(i -> "u" + i + "@fabrikam.com")
                    .toArray(String[]::new));
        case LMTP -> request.getNextHopBuilder().setProtocol(HopProtocol.LMTP);
      }
      OutcomeRecorded outcome = lab.deliver(request);
      assertThat(outcome.getRecipientsList()).allMatch(r -> r.getKind() == OutcomeKind.FAILED);
      assertThat(host.sessions().getFirst().commands()).doesNotContain("DATA").endsWith("RSET");
    }
  }

  private void refuseTwo() {
    peer.recipient("no@fabrikam.com", Reply.of(550, "5.1.1", "unknown"));
    peer.recipient("later@fabrikam.com", Reply.of(450, "4.2.1", "full"));
  }

  private DeliveryRequested.Builder two() {
    return RelayLab.recipients(
        RelayLab.request(OPPORTUNISTIC, peer), "no@fabrikam.com", "later@fabrikam.com");
  }

  private static void twoRefused(OutcomeRecorded outcome) {
    assertThat(outcome.getRecipientsList())
        .extracting(
            RecipientOutcome::getKind, r -> r.getReply().getCode(), r -> r.getReply().getCommand())
        .containsExactly(
            tuple(OutcomeKind.FAILED, 550, "RCPT"), tuple(OutcomeKind.DEFERRED, 450, "RCPT"));
  }

  private List<String> commands() {
    return peer.sessions().getFirst().commands();
  }
}
