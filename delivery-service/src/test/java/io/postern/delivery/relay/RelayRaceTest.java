package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsLevel;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.destination.SlotRequest;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SilentPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host at 127.0.0.1 whose IPv6 address, ::1, answers no attempt to connect. */
@Timeout(120)
class RelayRaceTest {
  private final ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").start();
  private final SilentPort silent =
      new SilentPort(new InetSocketAddress(InetAddress.ofLiteral("::1"), peer.port()));
  private final RelayLab lab = new RelayLab(Optional.empty(), peer.port());

  RelayRaceTest() {
    lab.dns
        .mx("fabrikam.com", 10, "mx.fabrikam.com")
        .aaaa("mx.fabrikam.com", "::1")
        .a("mx.fabrikam.com", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    peer.close();
    silent.close();
    lab.close();
  }

  private DeliveryRequested.Builder request(boolean byMx) {
    NextHop.Builder hop = NextHop.newBuilder().setProtocol(HopProtocol.SMTP);
    if (byMx) {
      hop.setMxDomain("fabrikam.com");
    } else {
      hop.addSmartHosts(NextHopHost.newBuilder().setHost("mx.fabrikam.com").setPort(peer.port()));
    }
    return RelayLab.request(
        RelayLab.level(TlsLevel.OPPORTUNISTIC), hop.build(), "ann@fabrikam.com");
  }

  private CompletableFuture<OutcomeRecorded> async(boolean byMx) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return lab.deliver(request(byMx));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  /** The connect time-out is 20 s here: each message over a new connection took as long. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBrokenFamilyCostsTheAttemptDelayAndNotTheConnectTimeOut(boolean byMx) throws Exception {
    long began = System.nanoTime();
    OutcomeRecorded outcome = lab.deliver(request(byMx));

    assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getAddress()).isEqualTo("127.0.0.1:" + peer.port());
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));

    lab.deliver(request(byMx));
    assertThat(peer.sessions()).as("the kept session is found").hasSize(1);
    assertThat(peer.messages()).hasSize(2);
  }

  @Test
  void theAddressThatLostHoldsNoSlotAndTheOtherHoldsItsOwn() throws Exception {
    peer.on(PeerStage.MAIL, PeerStep.hang());
    CompletableFuture<OutcomeRecorded> running = async(true);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> peer.sessions().stream().anyMatch(s -> s.toString().contains("hangs")));
    assertThat(lab.hosts.busy()).isEqualTo(1);
    peer.asUsual();
    assertThat(running.get(30, TimeUnit.SECONDS).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.hosts.busy()).isZero();
  }

  @Test
  void anAddressWithoutAFreeSlotIsNotRaced() throws Exception {
    lab.impatient();
    List<Slot> taken = new ArrayList<>();
    while (lab.hosts.tryAcquire(SlotRequest.of("127.0.0.1", ""), false, () -> true)
        instanceof Slot slot) {
      taken.add(slot);
    }
    assertThat(taken).isNotEmpty();
    CompletableFuture<OutcomeRecorded> running = async(true);
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> lab.hosts.waiting() == 1);
    assertThat(peer.sessions()).as("nothing beyond the limit").isEmpty();
    taken.forEach(slot -> lab.hosts.release(slot, Feedback.NOTHING, ""));
    assertThat(running.get(30, TimeUnit.SECONDS).getRecipients(0).getKind())
        .isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.hosts.busy()).isZero();
  }

  /** RFC 5321 §5.1: each address is tried, the slow one too. */
  @Test
  void aSessionThatWonAndDidNotDoLeavesTheOtherAddressToBeTried() throws Exception {
    lab.impatient();
    peer.on(PeerStage.BANNER, PeerStep.answer(421, "4.3.2", "closed for today"));
    long began = System.nanoTime();
    OutcomeRecorded outcome = lab.deliver(request(true));
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("remote-4xx");
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .as("the connect time-out of ::1 after the refusal")
        .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    assertThat(peer.sessions()).hasSize(1);
    assertThat(lab.hosts.busy()).isZero();
    Admission free = lab.hosts.acquire(SlotRequest.of("127.0.0.1", ""), false, () -> true);
    assertThat(free).isInstanceOf(Admission.Grant.class);
  }
}
