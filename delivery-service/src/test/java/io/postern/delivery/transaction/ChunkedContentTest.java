package io.postern.delivery.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.relay.RelayLab;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.log.content.ContentException;
import io.postern.smtp.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3030 towards the next hop: what goes in chunks, and who has the message when one fails. */
class ChunkedContentTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[] BINARY =
      "Content-Type: application/octet-stream\r\n\r\n\0\r\n.\r\nbare\nand\rQUIT\r\nno line end"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int LARGE = ChunkWriter.CHUNK_BYTES * 2 + 17;

  private final RelayLab lab = new RelayLab();
  private final ScriptedPeer peer = able("mx.fabrikam.com");

  @AfterEach
  void stop() {
    peer.close();
    lab.close();
  }

  private static ScriptedPeer able(String name) {
    return ScriptedPeer.named(name)
        .capabilities("PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME")
        .start();
  }

  private DeliveryRequested.Builder binary(byte[] content, ScriptedPeer... peers) {
    lab.contents(segments -> RelayLab.stream(List.of(content), null));
    return binaryOf(content.length, peers);
  }

  private static DeliveryRequested.Builder binaryOf(int size, ScriptedPeer... peers) {
    DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, peers).setSize(size);
    request.getEnvelopeBuilder().setBody(BodyType.BODY_BINARYMIME);
    return request;
  }

  private static byte[] octets(int size) {
    byte[] octets = new byte[size];
    new Random(size).nextBytes(octets);
    return octets;
  }

  private List<String> commands() {
    return peer.sessions().getFirst().commands();
  }

  @ParameterizedTest(name = "{0} to a host with {1}")
  @CsvSource({
    "BODY_TYPE_UNSPECIFIED, PIPELINING, DATA, ''",
    "BODY_7BIT, 8BITMIME CHUNKING BINARYMIME, DATA, ''",
    "BODY_8BITMIME, PIPELINING 8BITMIME, DATA, BODY=8BITMIME",
    "BODY_8BITMIME, PIPELINING 8BITMIME CHUNKING BINARYMIME, DATA, BODY=8BITMIME",
    "BODY_8BITMIME, PIPELINING CHUNKING BINARYMIME, DATA, ''",
    "BODY_BINARYMIME, PIPELINING 8BITMIME CHUNKING BINARYMIME, BDAT, BODY=BINARYMIME",
    "BODY_BINARYMIME, CHUNKING BINARYMIME, BDAT, BODY=BINARYMIME",
    "BODY_BINARYMIME, 8BITMIME CHUNKING, no-binarymime, ''",
    "BODY_BINARYMIME, 8BITMIME BINARYMIME, no-binarymime, ''",
    "BODY_BINARYMIME, 8BITMIME, no-binarymime, ''",
  })
  void theBodyAndTheHostsExtensionsChooseTheCommand(
      BodyType body, String extensions, String way, String parameters) throws Exception {
    try (ScriptedPeer host =
        ScriptedPeer.named("mx.fabrikam.com").capabilities(extensions.split(" ")).start()) {
      DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, host);
      request.getEnvelopeBuilder().setBody(body);
      RecipientOutcome outcome = lab.deliver(request).getRecipients(0);
      if (way.startsWith("no-")) {
        assertThat(outcome.getKind()).isEqualTo(OutcomeKind.FAILED);
        assertThat(outcome.getReason()).isEqualTo(way);
        assertThat(outcome.getReply().getCode()).isEqualTo(554);
        assertThat(outcome.getReply().getEnhancedCode()).isEqualTo("5.6.3");
        assertThat(host.envelopeSeen()).isFalse();
        return;
      }
      assertThat(outcome.getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(host.messages().getFirst().mailParameters()).isEqualTo(parameters);
      assertThat(host.messages().getFirst().content())
          .asString(StandardCharsets.UTF_8)
          .isEqualTo(RelayLab.CONTENT);
      assertThat(host.sessions().getFirst().commands().stream().anyMatch(c -> c.startsWith(way)))
          .isTrue();
    }
  }

  @Test
  void chunksAreOfTheLogsSizeWhateverTheBuffersAreAndTheLastOneIsEmpty() throws Exception {
    byte[] content = octets(LARGE);
    lab.contents(
        segments ->
            RelayLab.stream(
                List.of(
                    Arrays.copyOf(content, 300),
                    new byte[0],
                    Arrays.copyOfRange(content, 300, 700_000),
                    Arrays.copyOfRange(content, 700_000, LARGE),
                    new byte[0]),
                null));
    OutcomeRecorded outcome = lab.deliver(binaryOf(LARGE, peer));
    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getRecipients(0).getReply().getCommand()).isEqualTo("end-of-data");
    assertThat(commands())
        .endsWith(
            "RCPT TO:<ann@fabrikam.com>", "BDAT 524288", "BDAT 524288", "BDAT 17", "BDAT 0 LAST");
    assertThat(peer.messages().getFirst().content()).isEqualTo(content);
  }

  @Test
  void anEmptyContentIsTheLastChunkAlone() throws Exception {
    lab.contents(segments -> RelayLab.stream(List.of(), null));
    assertThat(lab.deliver(binaryOf(0, peer)).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(commands()).endsWith("BDAT 0 LAST").noneMatch(c -> c.matches("BDAT \\d+"));
  }

  @Test
  void G10_contentOfAnyOctetsInAnyBuffersArrivesAsItIs() throws Exception {
    Random random = new Random(3030);
    byte[][] spice = {
      "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII),
      "\r\n".getBytes(StandardCharsets.US_ASCII),
      "\n.\n".getBytes(StandardCharsets.US_ASCII),
      ".".getBytes(StandardCharsets.US_ASCII),
      "\r".getBytes(StandardCharsets.US_ASCII),
      "BDAT 0 LAST\r\n".getBytes(StandardCharsets.US_ASCII)
    };
    for (int run = 0; run < 60; run++) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int pieces = random.nextInt(30); pieces > 0; pieces--) {
        all.writeBytes(spice[random.nextInt(spice.length)]);
        all.writeBytes(octets(random.nextInt(run % 10 == 0 ? 200_000 : 200)));
      }
      byte[] content = all.toByteArray();
      List<byte[]> buffers = new ArrayList<>();
      for (int at = 0; at < content.length; ) {
        int to =
            Math.min(content.length, at + 1 + random.nextInt(random.nextBoolean() ? 40 : 90_000));
        buffers.add(Arrays.copyOfRange(content, at, to));
        at = to;
      }
      lab.contents(segments -> RelayLab.stream(buffers, null));
      lab.deliver(binaryOf(content.length, peer));
      assertThat(peer.messages()).hasSize(run + 1);
      assertThat(peer.messages().getLast().content()).isEqualTo(content);
    }
    assertThat(peer.sessions()).hasSize(1);
  }

  @Test
  void nothingOfTheContentGoesToAHostThatAcceptedNobody() throws Exception {
    peer.on(PeerStage.RCPT, PeerStep.answer(550, "5.1.1", "unknown"));
    OutcomeRecorded outcome = lab.deliver(binary(BINARY, peer));
    assertThat(outcome.getRecipients(0).getReply().getCommand()).isEqualTo("RCPT");
    assertThat(commands()).endsWith("RSET").noneMatch(c -> c.startsWith("BDAT"));
    assertThat(lab.connections.idle()).isEqualTo(1);
  }

  @Test
  void someRefusedAndTheOthersGetTheContent() throws Exception {
    peer.recipient("no@fabrikam.com", Reply.of(550, "5.1.1", "unknown"));
    OutcomeRecorded outcome =
        lab.deliver(recipients(binary(BINARY, peer), "no@fabrikam.com", "ann@fabrikam.com"));
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.FAILED, OutcomeKind.DELIVERED);
    assertThat(peer.messages().getFirst().recipients()).containsExactly("ann@fabrikam.com");
    assertThat(peer.messages().getFirst().content()).isEqualTo(BINARY);
  }

  private static DeliveryRequested.Builder recipients(
      DeliveryRequested.Builder request, String... recipients) {
    RelayLab.recipients(request, recipients);
    request.getEnvelopeBuilder().setBody(BodyType.BODY_BINARYMIME);
    return request;
  }

  @Test
  void rfc2033_4_3_lmtpAnswersTheLastChunkForEachRecipient() throws Exception {
    DeliveryRequested.Builder request =
        recipients(binary(octets(LARGE), peer), "a@fabrikam.com", "b@fabrikam.com");
    request.getNextHopBuilder().setProtocol(HopProtocol.LMTP);
    OutcomeRecorded outcome = lab.deliver(request);
    assertThat(outcome.getRecipientsList())
        .extracting(RecipientOutcome::getKind)
        .containsExactly(OutcomeKind.DELIVERED, OutcomeKind.DELIVERED);
    assertThat(lab.connections.idle()).as("all replies were read").isEqualTo(1);
    assertThat(lab.deliver(request).getRecipients(1).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(peer.sessions()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {452, 552})
  void aChunkThatIsRefusedDecidesAndNoFurtherOneIsSent(int code) throws Exception {
    peer.next(
        PeerStage.CHUNK, PeerStep.goOn(), PeerStep.answer(code, code / 100 + ".3.1", "no room"));
    RecipientOutcome refused = lab.deliver(binary(octets(LARGE), peer)).getRecipients(0);
    assertThat(refused.getKind())
        .isEqualTo(code == 552 ? OutcomeKind.FAILED : OutcomeKind.DEFERRED);
    assertThat(refused.getReply().getCommand()).isEqualTo("BDAT");
    assertThat(refused.getReply().getCode()).isEqualTo(code);
    assertThat(commands()).endsWith("BDAT 524288", "BDAT 524288", "RSET");
    assertThat(peer.messages()).isEmpty();

    // RFC 3030 §2: with RSET the session goes on.
    assertThat(lab.deliver(binary(BINARY, peer)).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(peer.sessions()).hasSize(1);
  }

  @Test
  void aSessionWhoseHostRefusesRsetServesNobodyElse() throws Exception {
    peer.next(PeerStage.CHUNK, PeerStep.answer(452, "4.3.1", "no room"));
    peer.next(PeerStage.RSET, PeerStep.answer(503, "5.5.1", "what?"));
    OutcomeRecorded outcome = lab.deliver(binary(BINARY, peer));
    assertThat(outcome.getRecipients(0).getReply().getCommand()).isEqualTo("BDAT");
    assertThat(lab.connections.idle()).isZero();
    assertThat(lab.deliver(binary(BINARY, peer)).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(peer.sessions()).hasSize(2);
  }

  private enum BeforeTheLast {
    DROP(PeerStep.drop()),
    SHUTTING_DOWN(PeerStep.answer(421, "4.3.2", "shutting down")),
    UNCLEAR(PeerStep.answer(354, "", "go on"));

    private final PeerStep step;

    BeforeTheLast(PeerStep step) {
      this.step = step;
    }
  }

  @ParameterizedTest
  @EnumSource(BeforeTheLast.class)
  void whatEndsBeforeTheLastChunkGoesToTheNextHost(BeforeTheLast how) throws Exception {
    peer.on(PeerStage.CHUNK, how.step);
    try (ScriptedPeer second = able("b.fabrikam.com")) {
      OutcomeRecorded outcome = lab.deliver(binary(octets(LARGE), peer, second));
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getAddress()).endsWith(":" + second.port());
      assertThat(second.messages().getFirst().content()).isEqualTo(octets(LARGE));
      assertThat(peer.messages()).isEmpty();
      assertThat(commands()).doesNotContain("BDAT 0 LAST");
    }
  }

  @Test
  void aHostThatHangsAtAChunkIsLeftInBoundedTime() throws Exception {
    lab.impatient();
    peer.on(PeerStage.CHUNK, PeerStep.hang());
    RecipientOutcome outcome = lab.deliver(binary(BINARY, peer)).getRecipients(0);
    assertThat(outcome.getReason()).isEqualTo("timeout");
    assertThat(outcome.getDetail()).contains("BDAT");
    assertThat(outcome.getMayHaveBeenTaken()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void G5_afterTheLastChunkNoOtherHostIsTried(boolean taken) throws Exception {
    peer.on(PeerStage.END_OF_DATA, taken ? new PeerStep.TakeAndDrop() : PeerStep.drop());
    try (ScriptedPeer second = able("b.fabrikam.com")) {
      RecipientOutcome outcome = lab.deliver(binary(BINARY, peer, second)).getRecipients(0);
      assertThat(outcome.getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(outcome.getMayHaveBeenTaken()).isTrue();
      assertThat(second.sessions()).isEmpty();
      assertThat(peer.messages()).hasSize(taken ? 1 : 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"452, DEFERRED", "554, FAILED"})
  void theLastChunkRefusedIsAsTheFinalDotRefused(int code, OutcomeKind kind) throws Exception {
    peer.on(PeerStage.END_OF_DATA, PeerStep.answer(code, code / 100 + ".6.0", "no"));
    RecipientOutcome outcome = lab.deliver(binary(BINARY, peer)).getRecipients(0);
    assertThat(outcome.getKind()).isEqualTo(kind);
    assertThat(outcome.getReply().getCommand()).isEqualTo("end-of-data");
    assertThat(peer.messages()).isEmpty();
  }

  @Test
  void theCheckOfOwnershipStandsBehindAllChunksAndBeforeTheLastOne() throws Exception {
    Ownership neverAtItsDot =
        new Ownership() {
          @Override
          public boolean held() {
            return true;
          }

          @Override
          public Duration awaitDot() {
            assertThat(commands()).endsWith("BDAT " + BINARY.length);
            return Duration.ZERO;
          }

          @Override
          public void connection(@Nullable Runnable abort) {}
        };
    OutcomeRecorded outcome = lab.deliver(binary(BINARY, peer), neverAtItsDot);
    assertThat(outcome).isNotNull();
    if (outcome != null) {
      assertThat(outcome.getNoAttempt()).isTrue();
      assertThat(outcome.getRecipients(0).getReason()).isEqualTo("ownership-unproven");
    }
    notTaken();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void contentOfAnotherSizeThanItsRecordSaysNeverGetsItsLastChunk(int more) throws Exception {
    RecipientOutcome outcome =
        lab.deliver(binary(BINARY, peer).setSize(BINARY.length + more)).getRecipients(0);
    assertThat(outcome.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getReason()).isEqualTo("content-unreadable");
    notTaken();
  }

  @Test
  void contentThatBreaksInTheMiddleNeverGetsItsLastChunk() throws Exception {
    DeliveryRequested.Builder request = binaryOf(LARGE, peer);
    ContentException damaged =
        new ContentException(ContentException.Kind.DAMAGED, "digest differs", null);
    lab.contents(segments -> RelayLab.stream(List.of(octets(700_000)), damaged));
    assertThat(lab.deliver(request).getRecipients(0).getReason()).isEqualTo("content-unreadable");
    notTaken();
  }

  private void notTaken() {
    Awaitility.await().atMost(PATIENCE).until(() -> !peer.sessions().getFirst().end().isEmpty());
    assertThat(commands()).doesNotContain("BDAT 0 LAST");
    assertThat(peer.messages()).isEmpty();
    assertThat(lab.connections.idle()).isZero();
  }

  @Test
  void eachOfTwoTransactionsOfOneMessageHasTheWholeContent() throws Exception {
    peer.next(
        PeerStage.RCPT,
        PeerStep.answer(250, "2.1.5", "Ok"),
        PeerStep.answer(452, "4.5.3", "too many"));
    lab.deliver(recipients(binary(BINARY, peer), "a@fabrikam.com", "b@fabrikam.com"));
    assertThat(peer.messages())
        .extracting(m -> m.recipients().getFirst(), m -> m.size())
        .containsExactly(
            tuple("a@fabrikam.com", (long) BINARY.length),
            tuple("b@fabrikam.com", (long) BINARY.length));
  }
}
