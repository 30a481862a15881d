package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The check before the final dot, and deliveries that are taken away (docs/design/the-log.md,
 * "Lease").
 */
class RelayOwnershipTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private final RelayLab lab = new RelayLab();

  @AfterEach
  void stop() {
    lab.close();
  }

  /** Takes everything and keeps every octet; in plaintext. */
  private static final class RawHost implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private RawHost() throws IOException {
      Thread.startVirtualThread(this::serve);
    }

    private void serve() {
      try (Socket socket = listener.accept()) {
        say(socket, "220 raw");
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        boolean data = false;
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
          synchronized (received) {
            received.write(octet);
          }
          if (octet == '\n' && !data) {
            data = line.toString().startsWith("DATA");
            say(socket, data ? "354 go" : "250-raw\r\n250 8BITMIME");
            line.setLength(0);
          } else if (octet == '\n' && text().endsWith("\r\n.\r\n")) {
            data = false;
            say(socket, "250 taken");
          } else if (!data) {
            line.append((char) octet);
          }
        }
      } catch (IOException e) {
        // the client broke the connection
      } finally {
        ended.complete(null);
      }
    }

    private static void say(Socket socket, String reply) throws IOException {
      socket.getOutputStream().write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private String text() {
      synchronized (received) {
        return received.toString(StandardCharsets.US_ASCII);
      }
    }

    private DeliveryRequested.Builder request() {
      NextHop hop =
          NextHop.newBuilder()
              .setRoute("raw")
              .addSmartHosts(
                  NextHopHost.newBuilder().setHost("127.0.0.1").setPort(listener.getLocalPort()))
              .build();
      return RelayLab.request(OPPORTUNISTIC, hop, "ann@fabrikam.com");
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  /** As a test wants it. */
  private static class Taken implements Ownership {
    final AtomicBoolean held = new AtomicBoolean(true);
    volatile @Nullable Runnable connection;
    volatile boolean answered;

    @Override
    public boolean held() {
      return held.get();
    }

    @Override
    public Duration awaitDot() {
      return held() ? Duration.ofSeconds(5) : Duration.ZERO;
    }

    @Override
    public void answered() {
      answered = true;
    }

    @Override
    public void connection(@Nullable Runnable abort) {
      connection = abort;
    }

    void takeAway() {
      held.set(false);
      Runnable cut = connection;
      if (cut != null) {
        cut.run();
      }
    }
  }

  @Test
  void theCheckStandsBehindTheWholeContentAndBeforeTheDot() throws Exception {
    try (RawHost host = new RawHost()) {
      Taken ownership =
          new Taken() {
            @Override
            public Duration awaitDot() {
              // All of it has left our buffers.
              Awaitility.await()
                  .atMost(Duration.ofSeconds(20))
                  .until(() -> host.text().endsWith("secret body\r\n"));
              return Duration.ZERO;
            }
          };
      OutcomeRecorded outcome = lab.deliver(host.request(), ownership);
      assertThat(outcome).isNotNull();
      if (outcome == null) {
        return;
      }
      assertThat(outcome.getNoAttempt()).isTrue();
      RecipientOutcome recipient = outcome.getRecipients(0);
      assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(recipient.getReason()).isEqualTo("ownership-unproven");
      host.ended.get(10, TimeUnit.SECONDS);
      assertThat(host.text()).endsWith("secret body\r\n").doesNotContain("\r\n.\r\n");
      assertThat(ownership.answered).isFalse();
      assertThat(lab.connections.idle()).isZero();
    }
  }

  @Test
  void aDeliveryTakenAwayAtItsDotIsLeftToItsNextOwner() throws Exception {
    try (RawHost host = new RawHost()) {
      Taken ownership =
          new Taken() {
            @Override
            public Duration awaitDot() {
              held.set(false);
              return Duration.ZERO;
            }
          };
      assertThat(lab.deliver(host.request(), ownership)).isNull();
      host.ended.get(10, TimeUnit.SECONDS);
      assertThat(host.text()).doesNotContain("\r\n.\r\n");
    }
  }

  @Test
  void aSessionThatWaitsForAReplyEndsWhenItIsTakenAwayAndNoOtherHostIsTried() throws Exception {
    try (ScriptedPeer hanging =
            ScriptedPeer.named("mx1.fabrikam.com").on(PeerStage.RCPT, PeerStep.hang()).start();
        ScriptedPeer other = ScriptedPeer.named("mx2.fabrikam.com").start()) {
      Taken ownership = new Taken();
      Thread.startVirtualThread(
          () -> {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(hanging::envelopeSeen);
            ownership.takeAway();
          });
      assertThat(lab.deliver(RelayLab.request(OPPORTUNISTIC, hanging, other), ownership)).isNull();
      assertThat(other.sessions()).isEmpty();
      assertThat(hanging.messages()).isEmpty();
      assertThat(lab.connections.idle()).isZero();
    }
  }

  /** The DNS may take half a minute for each host. */
  @Test
  void aDeliveryTakenAwayAsksForNoOtherHostsAddress() throws Exception {
    lab.dns
        .mx("fabrikam.com", 10, "mx1.fabrikam.com")
        .mx("fabrikam.com", 20, "mx2.fabrikam.com")
        .servfail("mx1.fabrikam.com")
        .servfail("mx2.fabrikam.com");
    Ownership untilTheFirst =
        () -> lab.dns.queries().stream().noneMatch(q -> q.endsWith("mx1.fabrikam.com"));
    NextHop hop = NextHop.newBuilder().setMxDomain("fabrikam.com").setRoute("mx").build();
    assertThat(lab.deliver(RelayLab.request(OPPORTUNISTIC, hop, "a@fabrikam.com"), untilTheFirst))
        .isNull();
    assertThat(lab.dns.queries()).noneMatch(q -> q.endsWith("mx2.fabrikam.com"));
  }

  @Test
  void whatIsTakenAwayBetweenTwoTransactionsSaysWhatTheFirstOneDid() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.named("mx.fabrikam.com")
            .recipient("bea@fabrikam.com", Reply.of(452, "4.5.3", "too many recipients"))
            .start()) {
      Taken ownership =
          new Taken() {
            @Override
            public void answered() {
              takeAway();
            }
          };
      DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, peer);
      OutcomeRecorded outcome =
          lab.deliver(
              RelayLab.recipients(request, "ann@fabrikam.com", "bea@fabrikam.com"), ownership);
      assertThat(outcome).isNotNull();
      if (outcome == null) {
        return;
      }
      assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
      assertThat(outcome.getRecipients(1).getKind()).isEqualTo(OutcomeKind.DEFERRED);
      assertThat(peer.messages()).hasSize(1);
    }
  }

  @Test
  void aFinalReplyIsNoMoreTheDots() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").start()) {
      Taken ownership = new Taken();
      assertThat(lab.deliver(RelayLab.request(OPPORTUNISTIC, peer), ownership)).isNotNull();
      assertThat(ownership.answered).isTrue();
      assertThat(ownership.connection).as("it is kept for other deliveries").isNull();
      assertThat(lab.connections.idle()).isEqualTo(1);
    }
  }
}
