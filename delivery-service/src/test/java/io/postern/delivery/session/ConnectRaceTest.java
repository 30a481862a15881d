package io.postern.delivery.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.lab.SilentPort;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectRaceTest {
  private static final Duration NEVER = Duration.ofMinutes(5);
  private static final Duration AT_ONCE = Duration.ZERO;

  private final ServerSocket listener = listener();
  private final SessionKey first = key("a.example");
  private final SessionKey second = key("b.example");
  private final List<SessionKey> dialled = new CopyOnWriteArrayList<>();

  private static ServerSocket listener() {
    try {
      return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SessionKey key(String host) {
    return new SessionKey(
        new Target(host, (InetSocketAddress) listener.getLocalSocketAddress()),
        HopProtocol.SMTP,
        new ClientIdentity("relay.example", List.of(), ""),
        TlsRequirement.getDefaultInstance(),
        HostDemand.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    listener.close();
  }

  private Connecting connected(SessionKey key) {
    dialled.add(key);
    try {
      return new Connecting.Connected(
          key, SmtpConnection.connect(key.target().address(), null, Duration.ofSeconds(20)), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Connecting failed(SessionKey key) {
    dialled.add(key);
    return new Connecting.Failed(
        key, new DialogueException(Reasons.CONNECT_FAILED, Stage.CONNECT, null, "refused"));
  }

  @Test
  void anErrorOfADialIsAFailureAndNoWaitWithoutEnd() throws Exception {
    ConnectRace.Result result =
        new ConnectRace(
                key -> {
                  throw new IllegalStateException("no IPv6 here");
                },
                NEVER)
            .run(first, second, () -> true);
    assertThat(result.winner()).isNull();
    assertThat(result.failures()).hasSize(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static SessionKey winner(ConnectRace.Result result) {
    Connecting.Connected winner = result.winner();
    assertThat(winner).isNotNull();
    winner.close();
    return winner.key();
  }

  @Test
  void whereTheFirstAnswersInTimeTheSecondIsNotDialled() throws Exception {
    ConnectRace race = new ConnectRace(this::connected, NEVER);
    assertThat(winner(race.run(first, second, () -> true))).isSameAs(first);
    assertThat(dialled).containsExactly(first);
  }

  @Test
  void aFirstThatFailsInTimeEndsTheRaceAtOnce() throws Exception {
    ConnectRace race = new ConnectRace(this::failed, NEVER);
    ConnectRace.Result result = race.run(first, second, () -> true);
    assertThat(result.winner()).isNull();
    assertThat(result.failures()).extracting(Connecting.Failed::key).containsExactly(first);
    assertThat(dialled).containsExactly(first);
  }

  @Test
  void theSecondIsDialledOnlyWhereItMay() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    ConnectRace race =
        new ConnectRace(
            key -> {
              await(asked);
              return connected(key);
            },
            AT_ONCE);
    ConnectRace.Result result =
        race.run(
            first,
            second,
            () -> {
              asked.countDown();
              return false;
            });
    assertThat(winner(result)).isSameAs(first);
    assertThat(dialled).containsExactly(first);
  }

  @Test
  void bothMayFail() throws Exception {
    CountDownLatch both = new CountDownLatch(1);
    ConnectRace race =
        new ConnectRace(
            key -> {
              if (key == first) {
                await(both);
              }
              return failed(key);
            },
            AT_ONCE);
    ConnectRace.Result result =
        race.run(
            first,
            second,
            () -> {
              both.countDown();
              return true;
            });
    assertThat(result.winner()).isNull();
    assertThat(result.failures())
        .extracting(Connecting.Failed::key)
        .containsExactlyInAnyOrder(first, second);
  }

  /** The first stands after all, too late: its host hears nothing, and the end. */
  @Test
  void overTheConnectionThatLostNothingIsSaid() throws Exception {
    CountDownLatch won = new CountDownLatch(1);
    CompletableFuture<Connecting> late = new CompletableFuture<>();
    ConnectRace race =
        new ConnectRace(
            key -> {
              if (key != first) {
                return connected(key);
              }
              boolean interrupted = false;
              while (won.getCount() > 0) {
                try {
                  won.await();
                } catch (InterruptedException e) {
                  interrupted = true; // one that the interrupt does not reach
                }
              }
              Connecting end = connected(key);
              late.complete(end);
              if (interrupted) {
                Thread.currentThread().interrupt();
              }
              return end;
            },
            AT_ONCE);
    ConnectRace.Result result = race.run(first, second, () -> true);
    try (Socket used = listener.accept()) {
      assertThat(winner(result)).isSameAs(second);
      won.countDown();
      assertThat(late.get(30, TimeUnit.SECONDS)).isInstanceOf(Connecting.Connected.class);
      try (Socket lost = listener.accept()) {
        lost.setSoTimeout(30_000);
        assertThat(lost.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  /** A dial that lost does not go on for its whole time-out, an hour here. */
  @Test
  void theOneThatLostIsEnded() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (SilentPort silent = new SilentPort()) {
      ConnectRace race =
          new ConnectRace(
              key -> {
                if (key != first) {
                  return connected(key);
                }
                try {
                  SmtpConnection.connect(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), silent.port()),
                      null,
                      Duration.ofHours(1));
                  throw new IllegalStateException("it answered");
                } catch (IOException e) {
                  ended.countDown();
                  return failed(key);
                }
              },
              Duration.ofMillis(50));
      assertThat(winner(race.run(first, second, () -> true))).isSameAs(second);
      await(ended);
    }
  }
}
