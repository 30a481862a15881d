package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.Target;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.PeerStage;
import io.postern.lab.PeerStep;
import io.postern.lab.ScriptedPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Deliveries to destinations that are busy, dead, or back: with one slot each, and real peers. */
@Timeout(60)
class RelayDestinationTest {
  private static final TlsRequirement OPPORTUNISTIC = RelayLab.level(TlsLevel.OPPORTUNISTIC);
  private static final int FAILURES = 3;
  private final RelayLab lab = new RelayLab(DestinationsLab.one(FAILURES, Duration.ofSeconds(5)));
  private final ScriptedPeer peer = ScriptedPeer.named("mx.fabrikam.com").start();
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void stop() {
    release.countDown();
    peer.close();
    lab.close();
  }

  @Test
  void whatFindsNoSlotIsHandedBackWithATimeAndIsNoAttempt() throws Exception {
    CompletableFuture<OutcomeRecorded> running = running();
    CompletableFuture<OutcomeRecorded> second = async(this::request);
    Awaitility.await().until(() -> lab.destinations.waiting() == 1);
    lab.clock.addAndGet(Duration.ofSeconds(5).toNanos());
    long before = System.currentTimeMillis();
    OutcomeRecorded outcome = second.get(10, TimeUnit.SECONDS);
    assertHandedBack(outcome);
    assertThat(outcome.getNotBeforeMillis())
        .isBetween(before + 4_000, before + Duration.ofMinutes(12).toMillis());
    assertThat(outcome.getRecipients(0).getDetail()).contains("slots of the destination");
    release.countDown();
    assertDelivered(running.get(10, TimeUnit.SECONDS));
    assertDelivered(lab.deliver(request()));
  }

  @Test
  void whileTheWindowIsOverHalfFullASlowOneIsHandedBackAtOnce() throws Exception {
    CompletableFuture<OutcomeRecorded> running = running();
    lab.crowded.set(true);
    lab.clock.addAndGet(Duration.ofSeconds(2).toNanos());
    assertHandedBack(lab.deliver(request()));
    release.countDown();
    assertDelivered(running.get(10, TimeUnit.SECONDS));
  }

  @Test
  void oneSlowNextHopDelaysNoOther() throws Exception {
    CompletableFuture<OutcomeRecorded> slow = running();
    CompletableFuture<OutcomeRecorded> inLine = async(this::request);
    Awaitility.await().until(() -> lab.destinations.waiting() == 1);
    try (ScriptedPeer other = ScriptedPeer.named("mx.contoso.com").start()) {
      for (int i = 0; i < 20; i++) {
        DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, other);
        request.getNextHopBuilder().setRoute("contoso");
        assertDelivered(lab.deliver(request));
      }
    }
    assertThat(slow).isNotDone();
    assertThat(inLine).isNotDone();
    release.countDown();
    assertDelivered(slow.get(10, TimeUnit.SECONDS));
    assertDelivered(inLine.get(10, TimeUnit.SECONDS));
  }

  @Test
  void aDeadDestinationIsProbedByOneDeliveryAtATimeAndRevives() throws Exception {
    peer.on(PeerStage.BANNER, PeerStep.answer(421, "4.3.2", "closed for today"));
    die();
    int sessions = peer.sessions().size();
    OutcomeRecorded handedBack = lab.deliver(request());
    assertHandedBack(handedBack);
    assertThat(handedBack.getRecipients(0).getDetail())
        .contains("the last failure: remote-4xx at 127.0.0.1")
        .contains("closed for today");
    assertThat(handedBack.getNotBeforeMillis())
        .isGreaterThan(System.currentTimeMillis() + Duration.ofSeconds(8).toMillis());
    assertThat(peer.sessions()).as("nobody was asked").hasSize(sessions);

    lab.clock.addAndGet(Duration.ofSeconds(10).toNanos());
    assertThat(lab.deliver(request()).getNoAttempt()).as("a probe that fails").isFalse();
    lab.clock.addAndGet(Duration.ofSeconds(19).toNanos());
    assertHandedBack(lab.deliver(request()));

    peer.asUsual();
    lab.clock.addAndGet(Duration.ofSeconds(1).toNanos());
    CompletableFuture<OutcomeRecorded> probe = running();
    for (int i = 0; i < 5; i++) {
      assertHandedBack(lab.deliver(request()));
    }
    release.countDown();
    assertDelivered(probe.get(10, TimeUnit.SECONDS));
    assertDelivered(lab.deliver(request()));
    assertThat(lab.destinations.dead()).isZero();
  }

  static Stream<Arguments> whatKills() {
    return Stream.of(
        Arguments.of(PeerStage.BANNER, PeerStep.answer(421, "4.3.2", "no"), true),
        Arguments.of(PeerStage.BANNER, PeerStep.answer(554, "5.3.2", "no"), true),
        Arguments.of(PeerStage.BANNER, PeerStep.drop(), true),
        Arguments.of(PeerStage.BANNER, PeerStep.hang(), true),
        Arguments.of(PeerStage.EHLO, PeerStep.answer(421, "4.3.2", "no"), true),
        Arguments.of(PeerStage.EHLO, PeerStep.drop(), true),
        Arguments.of(PeerStage.MAIL, PeerStep.answer(421, "4.3.2", "no"), true),
        Arguments.of(PeerStage.MAIL, PeerStep.answer(450, "4.7.1", "no"), false),
        Arguments.of(PeerStage.MAIL, PeerStep.answer(550, "5.7.1", "no"), false),
        Arguments.of(PeerStage.RCPT, PeerStep.answer(450, "4.2.2", "no"), false),
        Arguments.of(PeerStage.RCPT, PeerStep.answer(550, "5.1.1", "no"), false),
        Arguments.of(PeerStage.RCPT, PeerStep.answer(421, "4.7.0", "no"), false),
        Arguments.of(PeerStage.DATA, PeerStep.answer(451, "4.3.0", "no"), false),
        Arguments.of(PeerStage.DATA, PeerStep.drop(), false),
        Arguments.of(PeerStage.END_OF_DATA, PeerStep.answer(421, "4.3.0", "no"), false),
        Arguments.of(PeerStage.END_OF_DATA, PeerStep.answer(552, "5.3.4", "no"), false));
  }

  @ParameterizedTest
  @MethodSource
  void whatKills(PeerStage stage, PeerStep step, boolean dead) throws Exception {
    if (step.equals(PeerStep.hang())) {
      lab.impatient();
    }
    peer.on(stage, step);
    die();
    assertThat(lab.destinations.dead()).isEqualTo(dead ? 1 : 0);
    assertThat(lab.deliver(request()).getNoAttempt()).isEqualTo(dead);
  }

  @Test
  void aClosedPortKills() throws Exception {
    ScriptedPeer gone = ScriptedPeer.named("gone.fabrikam.com").start();
    DeliveryRequested.Builder request = RelayLab.request(OPPORTUNISTIC, gone);
    gone.close();
    for (int i = 0; i < FAILURES; i++) {
      assertThat(lab.deliver(request).getNoAttempt()).isFalse();
    }
    OutcomeRecorded outcome = lab.deliver(request);
    assertHandedBack(outcome);
    assertThat(outcome.getRecipients(0).getDetail()).contains("connect-failed at 127.0.0.1");
  }

  @Test
  void aDestinationWithoutTlsForSomeStaysAliveForOthers() throws Exception {
    try (ScriptedPeer broken =
        ScriptedPeer.named("mx.fabrikam.com")
            .identity(LabCa.create("Lab").issue(Issue.to("mx.fabrikam.com")))
            .failHandshake()
            .start()) {
      for (int i = 0; i < 2 * FAILURES; i++) {
        RecipientOutcome refused =
            lab.deliver(RelayLab.request(RelayLab.level(TlsLevel.ENCRYPTION_ONLY), broken))
                .getRecipients(0);
        assertThat(refused.getReason()).isEqualTo("handshake-failed");
      }
      assertThat(lab.destinations.dead()).isZero();
      assertDelivered(lab.deliver(RelayLab.request(OPPORTUNISTIC, broken)));
    }
  }

  @Test
  void aChangedRoutingIsHandedBackWithoutATimeOfItsOwn() throws Exception {
    lab.routingChanged("newer");
    OutcomeRecorded outcome = lab.deliver(request());
    assertThat(outcome.getNoAttempt()).isTrue();
    assertThat(outcome.getNotBeforeMillis()).isZero();
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("routing-changed");
    assertThat(peer.envelopeSeen()).isFalse();
  }

  /** As many domains as one likes have one host, and that hangs. */
  @Test
  void oneAddressHasSoManySessionsHoweverManyDomainsNameIt() throws Exception {
    try (RelayLab many = new RelayLab(Optional.empty(), peer.port())) {
      peer.on(PeerStage.BANNER, PeerStep.hang());
      List<CompletableFuture<OutcomeRecorded>> hanging = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        hanging.add(async(many, byMx(many, "a" + i + ".evil.example")));
      }
      peer.awaitSessions(3, Duration.ofSeconds(20));
      CompletableFuture<OutcomeRecorded> fourth = async(many, byMx(many, "a4.evil.example"));
      Awaitility.await().until(() -> many.hosts.waiting() == 1);
      assertThat(many.destinations.busy()).as("its destination has room").isEqualTo(4);
      many.clock.addAndGet(Duration.ofSeconds(5).toNanos());
      OutcomeRecorded outcome = fourth.get(10, TimeUnit.SECONDS);
      assertHandedBack(outcome);
      assertThat(outcome.getRecipients(0).getDetail())
          .startsWith("127.0.0.1:" + peer.port() + ": not tried: all 3 slots");
      many.crowded.set(true);
      assertHandedBack(many.deliver(byMx(many, "a5.evil.example")));
      many.crowded.set(false);
      assertThat(peer.sessions()).hasSize(3);

      // A host that an administrator has configured has its own slots alone.
      CompletableFuture<OutcomeRecorded> smart = async(many, RelayLab.request(OPPORTUNISTIC, peer));
      peer.awaitSessions(4, Duration.ofSeconds(20));
      peer.asUsual();
      for (CompletableFuture<OutcomeRecorded> each : hanging) {
        assertDelivered(each.get(10, TimeUnit.SECONDS));
      }
      assertDelivered(smart.get(10, TimeUnit.SECONDS));
      assertThat(many.hosts.busy()).isZero();
      assertDelivered(many.deliver(byMx(many, "a6.evil.example")));
    }
  }

  /** Bounces go where a stranger wants, and a provider's host may be slow with them. */
  @Test
  void noticesHaveHalfOfAnAddressSlotsAndNoPlaceInLineBeyondThem() throws Exception {
    try (RelayLab many = new RelayLab(Optional.empty(), peer.port())) {
      peer.on(PeerStage.BANNER, PeerStep.hang());
      List<CompletableFuture<OutcomeRecorded>> hanging = new ArrayList<>();
      hanging.add(async(many, notice(byMx(many, "a0.example"))));
      peer.awaitSessions(1, Duration.ofSeconds(20));
      OutcomeRecorded outcome =
          async(many, notice(byMx(many, "a1.example"))).get(20, TimeUnit.SECONDS);
      assertHandedBack(outcome);
      assertThat(outcome.getRecipients(0).getDetail()).contains("null reverse-path", "127.0.0.1");
      hanging.add(async(many, byMx(many, "a2.example")));
      hanging.add(async(many, byMx(many, "a3.example")));
      peer.awaitSessions(3, Duration.ofSeconds(20));
      peer.asUsual();
      for (CompletableFuture<OutcomeRecorded> each : hanging) {
        assertDelivered(each.get(10, TimeUnit.SECONDS));
      }
      assertDelivered(many.deliver(notice(byMx(many, "a4.example"))));
    }
  }

  private static DeliveryRequested.Builder notice(DeliveryRequested.Builder request) {
    request.getEnvelopeBuilder().clearReversePath();
    return request;
  }

  /** Its second host was never asked. */
  @Test
  void aBusyAddressBehindAHostThatIsAwayKillsNoDestination() throws Exception {
    try (RelayLab many = new RelayLab(Optional.empty(), peer.port())) {
      peer.on(PeerStage.BANNER, PeerStep.hang());
      for (int i = 0; i < 3; i++) {
        var unused = async(many, byMx(many, "a" + i + ".evil.example"));
      }
      peer.awaitSessions(3, Duration.ofSeconds(20));
      many.dns
          .mx("two.example", 1, "away.two.example")
          .a("away.two.example", "127.0.0.2"); // nobody listens there
      for (int i = 0; i < DestinationsLab.SETTINGS.failures(); i++) {
        CompletableFuture<OutcomeRecorded> each = async(many, byMx(many, "two.example"));
        Awaitility.await().until(() -> many.hosts.waiting() == 1);
        many.clock.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(each.get(20, TimeUnit.SECONDS).getRecipients(0).getReason())
            .isEqualTo("connect-failed");
      }
      assertThat(many.destinations.dead()).isZero();
    }
  }

  /** TLS that fails at once, and then a plaintext session that hangs: it counts as well. */
  @Test
  void aSessionInPlaintextAfterAFailedHandshakeHasASlotOfItsAddressToo() throws Exception {
    try (ScriptedPeer broken =
            ScriptedPeer.named("mx.evil.example")
                .identity(LabCa.create("Lab").issue(Issue.to("mx.evil.example")))
                .failHandshake()
                .on(PeerStage.MAIL, PeerStep.hang())
                .start();
        RelayLab many = new RelayLab(Optional.empty(), broken.port())) {
      CompletableFuture<OutcomeRecorded> hanging = async(many, byMx(many, "a.evil.example"));
      broken.awaitSessions(3, Duration.ofSeconds(20));
      Awaitility.await().until(broken::envelopeSeen);
      assertThat(many.hosts.busy()).isEqualTo(1);
      broken.asUsual();
      assertDelivered(hanging.get(10, TimeUnit.SECONDS));
      assertThat(many.hosts.busy()).isZero();
    }
  }

  /** A primary host that is away must not keep its domains' mail from their other hosts. */
  @Test
  void anAddressThatCannotBeReachedKeepsItsSlots() throws Exception {
    ScriptedPeer gone = ScriptedPeer.named("gone.fabrikam.com").start();
    int port = gone.port();
    gone.close();
    try (RelayLab many = new RelayLab(Optional.empty(), port)) {
      for (int i = 0; i < 5; i++) {
        assertThat(many.deliver(byMx(many, "b" + i + ".example")).getNoAttempt()).isFalse();
      }
      assertThat(many.hosts.limit("127.0.0.1")).isEqualTo(3);
    }
  }

  @Test
  void anIpv6NetworkIsOnePlace() {
    assertThat(place("2001:db8:1:2:3::4")).isEqualTo(place("2001:db8:1:2:ffff::1"));
    assertThat(place("2001:db8:1:2::1")).isNotEqualTo(place("2001:db8:1:3::1"));
    assertThat(place("192.0.2.1")).isNotEqualTo(place("192.0.2.2"));
  }

  private static String place(String address) {
    return new Target("mx", new InetSocketAddress(InetAddress.ofLiteral(address), 25)).place();
  }

  /** Mail with a null reverse-path, and no room for any: handed back without a look at the host. */
  @Test
  void aNoticeWithoutRoomIsHandedBack() throws Exception {
    Ownership full =
        new Ownership() {
          @Override
          public boolean held() {
            return true;
          }

          @Override
          public boolean room() {
            return false;
          }
        };
    DeliveryRequested.Builder notice = request();
    notice.getEnvelopeBuilder().clearReversePath();
    OutcomeRecorded outcome = Objects.requireNonNull(lab.deliver(notice, full));
    assertHandedBack(outcome);
    assertThat(outcome.getRecipients(0).getDetail()).contains("null reverse-path");
    assertThat(peer.sessions()).isEmpty();
    assertDelivered(Objects.requireNonNull(lab.deliver(request(), full)));
    assertDelivered(lab.deliver(notice));
  }

  private static DeliveryRequested.Builder byMx(RelayLab at, String domain) {
    at.dns.mailDomain(domain, "mx.evil.example");
    NextHop hop = NextHop.newBuilder().setMxDomain(domain).setRoute("mx:" + domain).build();
    return RelayLab.request(OPPORTUNISTIC, hop, "x@" + domain);
  }

  private static CompletableFuture<OutcomeRecorded> async(
      RelayLab at, DeliveryRequested.Builder request) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return at.deliver(request);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        Thread::startVirtualThread);
  }

  @Test
  void aConnectorsMessagesAConnectionAreCountedOverDeliveriesAndOthersUseTheSessionOn()
      throws Exception {
    DeliveryRequested.Builder two = request();
    two.getNextHopBuilder().setMaxMessagesPerConnection(2);
    for (int i = 0; i < 2; i++) {
      assertDelivered(lab.deliver(two.clone()));
    }
    Awaitility.await().untilAsserted(() -> assertThat(lastCommand(0)).isEqualTo("QUIT"));
    assertDelivered(lab.deliver(two.clone()));
    assertThat(peer.sessions()).as("two messages each").hasSize(2);
    // One that may have more takes the session to its third, which the first leaves alone then.
    assertDelivered(lab.deliver(request()));
    assertDelivered(lab.deliver(request()));
    assertThat(peer.sessions()).hasSize(2);
    assertDelivered(lab.deliver(two.clone()));
    assertThat(peer.sessions()).hasSize(3);
    assertThat(lastCommand(1)).as("kept for those that may use it").isNotEqualTo("QUIT");
  }

  private String lastCommand(int session) {
    return peer.sessions().get(session).commands().getLast();
  }

  @Test
  void aboveTheMinutesMessagesOfAConnectorNobodyIsDialledAndAnotherConnectorsMailGoes()
      throws Exception {
    DeliveryRequested.Builder limited = request().setConnector("To Fabrikam");
    limited.getNextHopBuilder().setMaxMessagesPerMinute(1);
    assertDelivered(lab.deliver(limited.clone()));
    OutcomeRecorded outcome = lab.deliver(limited.clone());
    assertHandedBack(outcome);
    assertThat(outcome.getRecipients(0).getDetail()).contains("maxMessagesPerMinute of 1");
    assertThat(outcome.getNotBeforeMillis() - System.currentTimeMillis())
        .isBetween(50_000L, 70_000L);
    assertDelivered(lab.deliver(request()));
    lab.clock.addAndGet(Duration.ofMinutes(1).toNanos());
    assertDelivered(lab.deliver(limited.clone()));
    assertThat(peer.messages()).hasSize(3);
  }

  @Test
  void aConnectorsConnectionsAreItsOwnAndLeaveTheOthersTheirs() throws Exception {
    CompletableFuture<OutcomeRecorded> running = running();
    DeliveryRequested.Builder limited = request().setConnector("To Fabrikam");
    limited.getNextHopBuilder().setMaxConnections(1);
    assertDelivered(lab.deliver(limited));
    release.countDown();
    assertDelivered(running.get(10, TimeUnit.SECONDS));
  }

  private void die() throws InterruptedException {
    for (int i = 0; i < FAILURES; i++) {
      assertThat(lab.deliver(request()).getNoAttempt()).isFalse();
    }
  }

  /** A delivery that has its slot and goes no further until released. */
  private CompletableFuture<OutcomeRecorded> running() {
    CountDownLatch begun = new CountDownLatch(1);
    lab.contents(
        segments -> {
          begun.countDown();
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return RelayLab.stream(List.of(RelayLab.CONTENT.getBytes(StandardCharsets.UTF_8)), null);
        });
    CompletableFuture<OutcomeRecorded> running = async(this::request);
    try {
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    lab.contents(
        segments ->
            RelayLab.stream(List.of(RelayLab.CONTENT.getBytes(StandardCharsets.UTF_8)), null));
    return running;
  }

  private CompletableFuture<OutcomeRecorded> async(Supplier<DeliveryRequested.Builder> request) {
    return async(lab, request.get());
  }

  private DeliveryRequested.Builder request() {
    return RelayLab.request(OPPORTUNISTIC, peer);
  }

  private static void assertDelivered(OutcomeRecorded outcome) {
    assertThat(outcome.getRecipients(0).getKind())
        .as(outcome.getRecipients(0).getDetail())
        .isEqualTo(OutcomeKind.DELIVERED);
  }

  private static void assertHandedBack(OutcomeRecorded outcome) {
    assertThat(outcome.getNoAttempt()).isTrue();
    assertThat(outcome.getToken()).isEqualTo("opportunistic/destination-busy");
    assertThat(outcome.getHost()).isEmpty();
    assertThat(outcome.getNotBeforeMillis()).isGreaterThan(System.currentTimeMillis());
    RecipientOutcome recipient = outcome.getRecipients(0);
    assertThat(recipient.getKind()).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(recipient.getReason()).isEqualTo("destination-busy");
    assertThat(recipient.hasReply()).isFalse();
  }
}
