package io.postern.delivery.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.RouteState;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.position.Ownership;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DestinationsTest {
  private final AtomicLong clock = new AtomicLong(1);
  private final AtomicBoolean crowded = new AtomicBoolean();
  private final Destinations destinations = lab(DestinationsLab.one(3, Duration.ofSeconds(5)));

  @Test
  void aFullDestinationDoesNotHoldUpAnother() throws Exception {
    Slot first = slot("a");
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    Slot other = slot("b");
    assertThat(destinations.busy()).isEqualTo(2);
    destinations.release(first, Feedback.THROUGH, "");
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.Grant.class);
    assertThat(destinations.busy()).isEqualTo(2);
    assertThat(destinations.waiting()).isZero();
    destinations.release(other, Feedback.THROUGH, "");
  }

  @Test
  void whoFindsNoSlotForAFewSecondsIsHandedBack() throws Exception {
    Slot first = slot("a");
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    clock.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(waiting.get(5, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            Admission.HandBack.class,
            busy -> {
              assertThat(busy.stayAway()).isBetween(Duration.ofSeconds(5), Duration.ofMinutes(11));
              assertThat(busy.detail()).contains("all 1 slots");
            });
    assertThat(destinations.waiting()).isZero();
    destinations.release(first, Feedback.THROUGH, "");
    destinations.release(slot("a"), Feedback.THROUGH, "");
  }

  @Test
  void whileTheWindowIsCrowdedNobodyWaitsForASlowDestination() throws Exception {
    Slot first = slot("a");
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    clock.addAndGet(Duration.ofSeconds(2).toNanos());
    crowded.set(true);
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.HandBack.class);
    assertThat(destinations.acquire(SlotRequest.of("a", ""), false, () -> true))
        .isInstanceOf(Admission.HandBack.class);
    assertThat(destinations.waiting()).isZero();
    destinations.release(first, Feedback.THROUGH, "");
  }

  /** A thousand hosts that hang, each with a slot or two, leave the other half to quick ones. */
  @Test
  void aCrowdedWindowTakesDeliveriesToQuickDestinationsAlone() throws Exception {
    takes("quick", Duration.ofMillis(100));
    takes("slow", Duration.ofSeconds(5));
    crowded.set(true);
    Slot quick = slot("quick");
    for (String other : List.of("slow", "unknown")) {
      assertThat(destinations.acquire(SlotRequest.of(other, ""), false, () -> true))
          .isInstanceOfSatisfying(
              Admission.HandBack.class,
              busy -> assertThat(busy.detail()).contains("not known to be fast"));
    }
    destinations.release(quick, Feedback.THROUGH, "");
    assertThat(destinations.acquire(SlotRequest.of("quick", ""), false, () -> true))
        .isInstanceOf(Admission.Grant.class);
    crowded.set(false);
    destinations.release(slot("unknown"), Feedback.THROUGH, "");
  }

  @Test
  void whereTheSessionsOfAQuickDestinationStandItIsNotQuickAnyMore() throws Exception {
    Destinations two =
        DestinationsLab.destinations(DestinationsLab.SETTINGS, crowded::get, clock::get);
    Admission.Grant first =
        (Admission.Grant) two.acquire(SlotRequest.of("a", ""), false, () -> true);
    two.release(first.slot(), Feedback.THROUGH, "");
    crowded.set(true);
    assertThat(two.acquire(SlotRequest.of("a", ""), false, () -> true))
        .isInstanceOf(Admission.Grant.class);
    clock.addAndGet(Duration.ofMillis(2_001).toNanos());
    assertThat(two.acquire(SlotRequest.of("a", ""), false, () -> true))
        .isInstanceOf(Admission.HandBack.class);
  }

  @Test
  void aDeadDestinationIsNotProbedWhileTheWindowIsCrowded() throws Exception {
    takes("a", Duration.ofMillis(10));
    fail("a", 3);
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    crowded.set(true);
    assertThat(destinations.acquire(SlotRequest.of("a", ""), false, () -> true))
        .isInstanceOf(Admission.HandBack.class);
    crowded.set(false);
    assertThat(slot("a").probe).isTrue();
  }

  @Test
  void theCrowdComesBackAtThePaceAtWhichItsDeliveriesEnd() throws Exception {
    for (int i = 0; i < 20; i++) {
      takes("slow" + i, Duration.ofSeconds(10));
    }
    for (int i = 0; i < 20; i++) {
      destinations.release(slot("unknown" + i), Feedback.NOTHING, ""); // says nothing of the pace
    }
    Slot running = slot("slow0"); // of one slot, that gives one in ten seconds
    crowded.set(true);
    List<Long> seconds = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Admission.HandBack busy =
          (Admission.HandBack)
              destinations.acquire(SlotRequest.of("unknown" + i, ""), false, () -> true);
      seconds.add(busy.stayAway().toSeconds());
    }
    assertThat(seconds).isSorted();
    assertThat(seconds.getFirst()).isBetween(10L, 11L);
    assertThat(seconds.getLast()).isBetween(50L, 55L);
    destinations.release(running, Feedback.THROUGH, "");
  }

  @Test
  void whileTheWindowIsCrowdedALineThatMovesIsKept() throws Exception {
    for (int i = 0; i < 100; i++) {
      clock.addAndGet(Duration.ofMillis(20).toNanos());
      destinations.release(slot("a"), Feedback.THROUGH, "");
    }
    Slot last = slot("a");
    crowded.set(true);
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    destinations.release(last, Feedback.THROUGH, "");
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.Grant.class);
    // None has ended for more than a second: it does not move any more.
    clock.addAndGet(Duration.ofMillis(1_001).toNanos());
    assertThat(destinations.acquire(SlotRequest.of("a", ""), false, () -> true))
        .isInstanceOf(Admission.HandBack.class);
  }

  /** Handing back would cost the CPU that is missing. */
  @Test
  void whereThisProcessIsLateTheLineOfAQuickDestinationIsKept() throws Exception {
    AtomicBoolean late = new AtomicBoolean(true);
    Destinations scarce = late(late);
    takes(scarce, "quick", Duration.ofMillis(900));
    takes(scarce, "slow", Duration.ofSeconds(3));
    Slot running = granted(scarce, "quick");
    Slot hanging = granted(scarce, "slow");
    crowded.set(true);
    clock.addAndGet(Duration.ofMillis(1_100).toNanos());
    assertThat(scarce.acquire(SlotRequest.of("slow", ""), false, () -> true))
        .isInstanceOf(Admission.HandBack.class);
    CompletableFuture<Admission> waiting = inLine(scarce, "quick", new AtomicBoolean(true));
    assertThat(scarce.waiting()).isEqualTo(1);
    late.set(false);
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.HandBack.class);
    scarce.release(running, Feedback.THROUGH, "");
    scarce.release(hanging, Feedback.THROUGH, "");
  }

  /** Each delivery takes 1.7 s, of one slot: the twelfth in line would go after 20.4 s. */
  @Test
  void whereThisProcessIsLateTheLineIsKeptForTwentySecondsAndNoLonger() throws Exception {
    Duration one = Duration.ofMillis(1_700);
    Destinations scarce = late(new AtomicBoolean(true));
    takes(scarce, "quick", one);
    Slot running = granted(scarce, "quick");
    List<CompletableFuture<Admission>> line = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      line.add(inLine(scarce, "quick", new AtomicBoolean(true)));
    }
    AtomicInteger looks = new AtomicInteger();
    CompletableFuture<Admission> last =
        CompletableFuture.supplyAsync(
            () -> acquire(scarce, "quick", () -> looks.incrementAndGet() > 0),
            Thread::startVirtualThread);
    Awaitility.await().until(() -> scarce.waiting() == 12);
    for (CompletableFuture<Admission> next : line) {
      clock.addAndGet(one.toNanos());
      scarce.release(running, Feedback.THROUGH, "");
      running = ((Admission.Grant) next.get(5, TimeUnit.SECONDS)).slot();
      if (next == line.get(4)) { // 8.5 s, its usual patience is 5 s
        int before = looks.get();
        Awaitility.await().until(() -> looks.get() > before + 1);
        assertThat(last).isNotDone();
      }
    }
    clock.addAndGet(Duration.ofMillis(1_400).toNanos());
    assertThat(last.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.HandBack.class);
    scarce.release(running, Feedback.THROUGH, "");
  }

  /** It has been in a line before, and both together must not last until it is handed over. */
  @Test
  void theLineForAnAddressIsNoLongerWhereThisProcessIsLate() throws Exception {
    Duration one = Duration.ofMillis(1_700);
    Destinations hosts =
        new Destinations(
            DestinationsLab.one(3, Duration.ofSeconds(5)),
            () -> 1,
            crowded::get,
            () -> true,
            clock::get,
            true);
    takes(hosts, "quick", one);
    Slot running = granted(hosts, "quick");
    List<CompletableFuture<Admission>> line = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      line.add(inLine(hosts, "quick", new AtomicBoolean(true)));
    }
    for (CompletableFuture<Admission> next : line.subList(0, 2)) {
      clock.addAndGet(one.toNanos());
      hosts.release(running, Feedback.THROUGH, "");
      running = ((Admission.Grant) next.get(5, TimeUnit.SECONDS)).slot();
    }
    clock.addAndGet(one.toNanos());
    assertThat(line.getLast().get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.HandBack.class);
    hosts.release(running, Feedback.THROUGH, "");
  }

  @Test
  void theWaitForAnAddressIsNoTimeThatTheDestinationTook() throws Exception {
    Slot slot = slot("a");
    clock.addAndGet(Duration.ofSeconds(5).toNanos());
    destinations.release(slot, Feedback.THROUGH, "", Duration.ofMillis(4_900));
    crowded.set(true);
    assertThat(destinations.acquire(SlotRequest.of("a", ""), false, () -> true))
        .as("quick")
        .isInstanceOf(Admission.Grant.class);
  }

  /** One delivery at a time to each destination. */
  private Destinations late(AtomicBoolean late) {
    return new Destinations(
        DestinationsLab.one(3, Duration.ofSeconds(5)),
        () -> 1,
        crowded::get,
        late::get,
        clock::get,
        false);
  }

  private static Slot granted(Destinations destinations, String route) throws InterruptedException {
    return ((Admission.Grant) destinations.acquire(SlotRequest.of(route, ""), false, () -> true))
        .slot();
  }

  @Test
  void whoWaitsWhenADestinationDiesIsHandedBackAtOnce() throws Exception {
    fail("a", 2);
    Slot last = slot("a");
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    destinations.release(last, Feedback.FAILED, "connect-failed at mx: refused");
    assertThat(waiting.get(5, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            Admission.HandBack.class, busy -> assertThat(busy.detail()).contains("mx: refused"));
    assertThat(destinations.dead()).isEqualTo(1);
  }

  @Test
  void ofManyThatComeToADeadDestinationOneProbesAndASuccessLetsAllIn() throws Exception {
    fail("a", 3);
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    Slot probe = slot("a");
    assertThat(probe.probe).isTrue();
    for (int i = 0; i < 10; i++) {
      assertThat(destinations.acquire(SlotRequest.of("a", ""), false, () -> true))
          .isInstanceOf(Admission.HandBack.class);
    }
    destinations.release(probe, Feedback.THROUGH, "");
    assertThat(slot("a").probe).isFalse();
  }

  @Test
  void whoLosesOwnershipLeavesTheLine() throws Exception {
    Slot first = slot("a");
    AtomicBoolean owned = new AtomicBoolean(true);
    CompletableFuture<Admission> waiting = inLine("a", owned);
    owned.set(false);
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.Loss.class);
    assertThat(destinations.waiting()).isZero();
    destinations.release(first, Feedback.THROUGH, "");
  }

  @Test
  void aSlotGivenBackTwiceIsAnError() throws Exception {
    Slot slot = slot("a");
    destinations.release(slot, Feedback.THROUGH, "");
    assertThatThrownBy(() -> destinations.release(slot, Feedback.THROUGH, ""))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aGrowingShareLetsThoseInLineGo() throws Exception {
    AtomicReference<Double> share = new AtomicReference<>(0.2);
    Destinations shared =
        new Destinations(
            DestinationsLab.SETTINGS, share::get, crowded::get, () -> false, clock::get, false);
    assertThat(shared.acquire(SlotRequest.of("a", ""), false, () -> true))
        .isInstanceOf(Admission.Grant.class);
    CompletableFuture<Admission> waiting = inLine(shared, "a", new AtomicBoolean(true));
    share.set(1.0);
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.Grant.class);
  }

  @Test
  void ofTheIdleDestinationsTheOneUsedLongestAgoIsForgotten() throws Exception {
    Slot busy = slot("busy");
    fail("dead", 3);
    for (int i = 0; i < 1_000; i++) {
      destinations.release(slot("d" + i), Feedback.THROUGH, "");
    }
    assertThat(destinations.known()).isEqualTo(100);
    assertThat(destinations.limit("busy")).isNotNull();
    assertThat(destinations.limit("dead")).isNull();
    assertThat(destinations.limit("d999")).isNotNull();
    destinations.release(busy, Feedback.THROUGH, "");
  }

  @Test
  void whatIsSaidOfDestinationsIsWhatChanged() throws Exception {
    Slot running = slot("a");
    fail("b", 3);
    destinations.release(slot("quiet"), Feedback.THROUGH, "");
    List<RouteState> said = destinations.statesToPublish("replica", 10);
    assertThat(said).extracting(RouteState::getRoute).containsExactly("b", "a");
    assertThat(said.getFirst().getState()).isEqualTo("dead");
    assertThat(said.getFirst().getLastError()).isEqualTo("refused");
    assertThat(said.getLast())
        .isEqualTo(
            RouteState.newBuilder()
                .setRoute("a")
                .setReplica("replica")
                .setOpen(1)
                .setLimit(1)
                .setState("open")
                .build());
    assertThat(destinations.known()).isEqualTo(3);
    assertThat(destinations.statesToPublish("replica", 10)).isEmpty();
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(destinations.statesToPublish("replica", 1))
        .extracting(RouteState::getRoute)
        .containsExactly("b");
    destinations.release(running, Feedback.THROUGH, "");
    assertThat(destinations.statesToPublish("replica", 10))
        .singleElement()
        .satisfies(state -> assertThat(state.getOpen()).isZero());
    assertThat(destinations.statesToPublish("replica", 10)).isEmpty();
  }

  @Test
  void ofManyDestinationsEachOneIsSaidOnceAndForgotten() throws Exception {
    Destinations many =
        DestinationsLab.destinations(DestinationsLab.SETTINGS, crowded::get, clock::get);
    List<Slot> running = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      running.add(many.tryAcquire(SlotRequest.of("d" + i, ""), false, () -> true));
    }
    assertThat(many.statesToPublish("replica", 2_000))
        .extracting(RouteState::getRoute)
        .hasSize(1_000)
        .doesNotHaveDuplicates();
    running.forEach(slot -> many.release(slot, Feedback.THROUGH, ""));
    assertThat(many.dead()).isZero();
    clock.addAndGet(Duration.ofHours(2).toNanos());
    assertThat(many.statesToPublish("replica", 2_000)).hasSize(1_000);
    assertThat(many.known()).isZero();
  }

  private void takes(String route, Duration time) throws InterruptedException {
    takes(destinations, route, time);
  }

  private void takes(Destinations at, String route, Duration time) throws InterruptedException {
    Slot slot = granted(at, route);
    clock.addAndGet(time.toNanos());
    at.release(slot, Feedback.THROUGH, "");
  }

  /** Never more than the limit run, nobody waits for ever, and no slot is lost. */
  @Test
  void manyThreadsKeepTheLimitAndAllEnd() throws Exception {
    DestinationSettings settings =
        new DestinationSettings(
            3,
            8,
            0,
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(4),
            Duration.ofMillis(30),
            Duration.ofMillis(1),
            Duration.ofMillis(50),
            10);
    AtomicBoolean tight = new AtomicBoolean();
    Destinations many = new Destinations(settings, () -> 1, tight::get, () -> false);
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    AtomicInteger probes = new AtomicInteger();
    AtomicInteger mostProbes = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    int deliveries = 3_000;
    int kept = 0;
    List<Future<Boolean>> ends = new ArrayList<>();
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < deliveries; i++) {
        Random random = new Random(i);
        String route = "r" + random.nextInt(4);
        boolean owned = random.nextInt(20) > 0; // the others may leave the line, or go through
        kept += owned ? 1 : 0;
        ends.add(
            threads.submit(
                () -> {
                  go.await();
                  AtomicInteger count = running.computeIfAbsent(route, r -> new AtomicInteger());
                  while (true) {
                    tight.set(random.nextInt(50) == 0);
                    switch (many.acquire(SlotRequest.of(route, ""), false, () -> owned)) {
                      case Admission.Loss loss -> {
                        return false;
                      }
                      case Admission.HandBack busy -> {
                        assertThat(busy.stayAway()).isLessThan(Duration.ofSeconds(1));
                        LockSupport.parkNanos(busy.stayAway().toNanos());
                      }
                      case Admission.Grant(Slot slot) -> {
                        most.accumulateAndGet(count.incrementAndGet(), Math::max);
                        if (slot.probe && route.equals("r0")) {
                          mostProbes.accumulateAndGet(probes.incrementAndGet(), Math::max);
                        }
                        LockSupport.parkNanos(random.nextInt(1_000_000));
                        if (slot.probe && route.equals("r0")) {
                          probes.decrementAndGet();
                        }
                        count.decrementAndGet();
                        Feedback[] all = Feedback.values();
                        many.release(slot, all[random.nextInt(all.length)], "random");
                        return true;
                      }
                    }
                  }
                }));
      }
      go.countDown();
      int through = 0;
      for (Future<Boolean> end : ends) {
        through += end.get(50, TimeUnit.SECONDS) ? 1 : 0;
      }
      assertThat(through).isBetween(kept, deliveries);
    }
    assertThat(most.get()).isBetween(2, settings.limit());
    assertThat(mostProbes.get()).isLessThanOrEqualTo(1);
    assertThat(many.busy()).isZero();
    assertThat(many.waiting()).isZero();
  }

  /** A burst of one organization, and a message of another behind it. */
  @Test
  void organizationsTakeTurnsForTheSlotsOfADestinationThatTheyShare() throws Exception {
    Slot first = slot("a");
    List<String> order = new CopyOnWriteArrayList<>();
    List<CompletableFuture<Slot>> all = new ArrayList<>();
    for (String organization : List.of("big", "big", "big", "small")) {
      int before = destinations.waiting();
      all.add(
          CompletableFuture.supplyAsync(
              () -> {
                Admission admission = acquire(SlotRequest.of("a", organization));
                order.add(organization);
                return ((Admission.Grant) admission).slot();
              },
              Thread::startVirtualThread));
      Awaitility.await().until(() -> destinations.waiting() > before);
    }
    destinations.release(first, Feedback.THROUGH, "");
    while (!all.isEmpty()) {
      Awaitility.await().until(() -> all.stream().anyMatch(CompletableFuture::isDone));
      for (CompletableFuture<Slot> one : List.copyOf(all)) {
        if (one.isDone() && all.removeIf(other -> other == one)) {
          destinations.release(one.get(), Feedback.THROUGH, "");
          break;
        }
      }
    }
    assertThat(order).containsExactly("big", "small", "big", "big");
  }

  @Test
  void aboveTheMinutesMessagesADeliveryIsHandedBackWithItsTimeAndOthersGoOn() throws Exception {
    SlotRequest limited = SlotRequest.of("a", "contoso", "To A", new SlotRequest.Limits(0, 2));
    Destinations many = lab(DestinationsLab.SETTINGS);
    many.release(granted(many, limited), Feedback.THROUGH, "");
    Admission.HandBack second = (Admission.HandBack) many.acquire(limited, false, () -> true);
    assertThat(second.stayAway()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(33));
    assertThat(second.detail())
        .contains("the connector's maxMessagesPerMinute of 2 are used up", "100 %");
    assertThat(many.waiting()).as("nothing waits in memory").isZero();
    Admission.HandBack third = (Admission.HandBack) many.acquire(limited, false, () -> true);
    assertThat(third.stayAway()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(66));
    // Neither the route's other mail nor the connector's to another route is limited by it.
    many.release(granted(many, SlotRequest.of("a", "contoso")), Feedback.THROUGH, "");
    many.release(granted(many, SlotRequest.of("a", "fabrikam")), Feedback.THROUGH, "");
    many.release(
        granted(many, SlotRequest.of("b", "contoso", "To A", new SlotRequest.Limits(0, 2))),
        Feedback.THROUGH,
        "");
    clock.addAndGet(Duration.ofSeconds(30).toNanos());
    many.release(granted(many, limited), Feedback.THROUGH, "");
    assertThat(many.acquire(limited, false, () -> true)).isInstanceOf(Admission.HandBack.class);
  }

  @Test
  void aConnectorsConnectionsLimitItsOwnMailAlone() throws Exception {
    Destinations many = lab(DestinationsLab.SETTINGS);
    SlotRequest limited = SlotRequest.of("a", "contoso", "To A", new SlotRequest.Limits(1, 0));
    Slot only = granted(many, limited);
    for (int i = 0; i < DestinationsLab.SETTINGS.initial(); i++) {
      granted(many, SlotRequest.of("a", "fabrikam"));
    }
    crowded.set(true);
    clock.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(many.acquire(limited, false, () -> true))
        .isInstanceOfSatisfying(
            Admission.HandBack.class, busy -> assertThat(busy.detail()).contains("all 1 slots"));
    crowded.set(false);
    many.release(only, Feedback.THROUGH, "");
    granted(many, limited);
  }

  /** Whatever comes when: no 60 s have more than the number, and each that is due goes. */
  @Test
  void noMinuteHasMoreThanItsNumber() {
    Random random = new Random(60);
    long minuteNanos = Duration.ofMinutes(1).toNanos();
    for (int round = 0; round < 400; round++) {
      int number = random.nextBoolean() ? random.nextInt(1, 12) : random.nextInt(1, 500);
      StartRate startRate = new StartRate();
      ArrayDeque<Long> begun = new ArrayDeque<>();
      long now = 1;
      int starts = 0;
      long until = 1 + 10 * minuteNanos;
      while (now < until) {
        long wait = startRate.untilNext(number, now);
        if (wait == 0) {
          startRate.begin(number, now);
          begun.addLast(now);
          starts++;
          while (now - begun.getFirst() >= minuteNanos) {
            begun.removeFirst();
          }
          assertThat(begun.size()).isLessThanOrEqualTo(number);
        }
        now += wait + (random.nextInt(20) == 0 ? (long) (random.nextDouble() * minuteNanos) : 0);
      }
      assertThat(starts).isPositive();
    }
  }

  @Test
  void aMinuteIsUsedToItsNumberInTheLongRun() {
    for (int number : List.of(1, 7, 10, 100, 1_000)) {
      StartRate startRate = new StartRate();
      int starts = 0;
      for (long now = 1;
          now < Duration.ofMinutes(20).toNanos();
          now += startRate.untilNext(number, now)) {
        while (startRate.untilNext(number, now) == 0) {
          startRate.begin(number, now);
          starts++;
        }
      }
      assertThat(starts).isBetween(18 * number, 20 * number);
    }
  }

  /** The parts of the replicas, which change with each rebalance. */
  @Test
  void aGrownShareCountsAtOnce() {
    StartRate startRate = new StartRate();
    startRate.begin(0.5, 1);
    assertThat(Duration.ofNanos(startRate.untilNext(0.5, 1))).isEqualTo(Duration.ofSeconds(120));
    assertThat(Duration.ofNanos(startRate.untilNext(2, 1))).isEqualTo(Duration.ofSeconds(30));
  }

  private Admission acquire(SlotRequest request) {
    try {
      return destinations.acquire(request, false, () -> true);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Slot granted(Destinations at, SlotRequest request) throws InterruptedException {
    if (at.acquire(request, false, () -> true) instanceof Admission.Grant(Slot slot)) {
      return slot;
    }
    throw new AssertionError("no slot for " + request);
  }

  private Destinations lab(DestinationSettings settings) {
    return DestinationsLab.destinations(settings, crowded::get, clock::get);
  }

  private Slot slot(String route) throws InterruptedException {
    if (destinations.acquire(SlotRequest.of(route, ""), false, () -> true)
        instanceof Admission.Grant(Slot slot)) {
      return slot;
    }
    throw new AssertionError("no slot for " + route);
  }

  private void fail(String route, int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      destinations.release(slot(route), Feedback.FAILED, "refused");
    }
  }

  private CompletableFuture<Admission> inLine(String route, AtomicBoolean owned) {
    return inLine(destinations, route, owned);
  }

  private static CompletableFuture<Admission> inLine(
      Destinations destinations, String route, AtomicBoolean owned) {
    int before = destinations.waiting();
    CompletableFuture<Admission> waiting =
        CompletableFuture.supplyAsync(
            () -> acquire(destinations, route, owned::get), Thread::startVirtualThread);
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> destinations.waiting() > before || waiting.isDone());
    return waiting;
  }

  private static Admission acquire(Destinations destinations, String route, Ownership ownership) {
    try {
      return destinations.acquire(SlotRequest.of(route, ""), false, ownership);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
