package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Headers;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.rules.Lease;
import io.postern.programs.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Partitions that move while deliveries are at their final dot, against a real broker (G5). */
class TakeoverTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static KafkaBroker broker;
  private ReaderLab lab;

  @BeforeAll
  static void startBroker() {
    broker = ReaderLab.sharedBroker();
  }

  @BeforeEach
  void start() throws Exception {
    lab = new ReaderLab(broker);
  }

  @AfterEach
  void stop() throws Exception {
    lab.close();
  }

  @Test
  void aDeliveryPastItsDotIsWatchedWhenItsPartitionMovesAndTheOthersGoToTheNextOwner()
      throws Exception {
    // Two before and two past their dot in each partition: one of the partitions will move.
    List<String> before = new ArrayList<>(lab.ask(0, 2));
    before.addAll(lab.ask(1, 2));
    List<String> past = new ArrayList<>(lab.ask(0, 2));
    past.addAll(lab.ask(1, 2));
    lab.held.addAll(before);
    lab.unanswered.addAll(past);
    DeliveryReader first = lab.reader().reader();
    Awaitility.await().atMost(LONG).until(() -> lab.dots.containsAll(past));
    Awaitility.await().atMost(LONG).until(() -> before.stream().allMatch(i -> lab.starts(i) == 1));
    DeliveryReader second = lab.reader().reader();
    Awaitility.await().atMost(LONG).until(() -> second.assigned() == 1 && first.assigned() == 1);
    Awaitility.await()
        .atMost(LONG)
        .until(() -> before.stream().mapToInt(lab::starts).sum() == before.size() + 2);
    lab.release.complete(null);
    Awaitility.await().atMost(LONG).until(() -> lab.dots.containsAll(before));
    lab.replies.complete(null);

    List<String> all = new ArrayList<>(before);
    all.addAll(past);
    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              assertThat(delivered(all)).containsExactlyInAnyOrderElementsOf(all);
            });
    // Each host got each message once.
    assertThat(lab.dots).containsExactlyInAnyOrderElementsOf(all);
    List<OutcomeRecorded> outcomes = outcomes(past);
    assertThat(outcomes.stream().filter(o -> kind(o) == OutcomeKind.STILL_OPEN)).hasSize(2);
    // In time, so it counts as its owner's.
    assertThat(outcomes.stream().filter(o -> kind(o) == OutcomeKind.DELIVERED))
        .hasSize(4)
        .filteredOn(OutcomeRecorded::getAfterStillOpen)
        .hasSize(2)
        .noneMatch(OutcomeRecorded::getLate);
    assertThat(outcomes(before)).noneMatch(OutcomeRecorded::getLate);
    // The handover was in order: nobody had to wait.
    assertThat(second.counts().takerWaits.count()).isZero();
    assertThat(first.counts().handovers.count()).isEqualTo(2);
  }

  @Test
  void aTakerOfWhatWasNotReleasedSendsNoDotForSixSecondsAndTheOldOwnerNoneAtAll() throws Exception {
    AtomicBoolean gone = new AtomicBoolean();
    List<String> asked = lab.ask(0, 3);
    String past = asked.getFirst();
    lab.unanswered.add(past);
    lab.held.addAll(asked.subList(1, 3));
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    lab.mayStart(
        () -> {
          if (gone.get()) {
            stopped.countDown();
            awaitQuietly(goOn);
          }
          return true;
        });
    DeliveryReader first = lab.reader().reader();
    Awaitility.await().atMost(LONG).until(() -> lab.dots.contains(past));
    Awaitility.await()
        .atMost(LONG)
        .until(() -> asked.subList(1, 3).stream().allMatch(id -> lab.starts(id) == 1));
    gone.set(true);
    stopped.await();
    lab.expel(); // its membership ends as that of a process that is stopped for longer
    lab.ahead.addAndGet(Lease.TERM.toNanos());

    lab.mayStart(() -> true);
    ReaderLab.HeldClock clock = new ReaderLab.HeldClock();
    Map<String, Long> dotsOfTaker = new ConcurrentHashMap<>();
    DeliveryReader second =
        lab.reader(
                (task, ownership) -> {
                  if (ownership.awaitDot().isZero()) {
                    return ownership.held() ? ReaderLab.deferred(task) : null;
                  }
                  dotsOfTaker.put(task.request().getQueueId(), clock.getAsLong());
                  return ReaderLab.delivered(task);
                },
                clock)
            .reader();
    // All at their dot, and no time has passed for the taker.
    Awaitility.await().atMost(LONG).until(() -> second.counts().dotWaits.count() == 3);
    assertThat(second.counts().takerWaits.count()).isPositive();
    // The former owner comes to its dots, and waits for them in vain.
    double waited = first.counts().dotWaits.count();
    lab.release.complete(null);
    Awaitility.await().atMost(LONG).until(() -> first.counts().dotWaits.count() == waited + 2);
    lab.ahead.addAndGet(OpenDelivery.PATIENCE.toNanos());
    Awaitility.await().atMost(LONG).until(() -> first.counts().refusedDots.count() == 2);
    assertThat(lab.dots).containsExactly(past);

    clock.pass(Lease.TAKER_WAIT.minusNanos(1));
    Awaitility.await().atMost(LONG).until(second::committing); // a commit has proven the lease
    Awaitility.await() // longer than a delivery looks for its lease again
        .during(Duration.ofMillis(500))
        .atMost(LONG)
        .until(dotsOfTaker::isEmpty);
    clock.pass(Duration.ofNanos(1));
    // G5 (b): the one that was past its dot when its owner was lost goes twice.
    Awaitility.await().atMost(LONG).until(() -> dotsOfTaker.keySet().containsAll(asked));
    assertThat(dotsOfTaker.values()).containsOnly(Lease.TAKER_WAIT.toNanos());
    clock.goOn();
    goOn.countDown();
    assertThat(lab.dots).containsExactly(past);
    assertThat(second.counts().dotWaits.count()).isEqualTo(3);
    assertThat(lab.awaitOutcomes(asked)).hasSize(3);
    assertThat(dotsOfTaker).hasSize(3);
  }

  @Test
  void aDeliveryInWhichTwoOwnersInARowAreLostCountsAsAnAttemptAndIsNotTriedAThirdTime()
      throws Exception {
    // An owner that waits out whoever was lost before, and gives the partition up in order.
    String before = lab.ask(0, 1).getFirst();
    ReaderLab.Running former = lab.reader();
    assertThat(kind(await(before, 1).getFirst())).isEqualTo(OutcomeKind.DELIVERED);
    former.close();
    assertThat(lab.position(0).released()).isTrue();

    String poison = lab.ask(0, 1).getFirst();
    lab.held.add(poison);
    DeliveryReader reader = lab.reader().reader();
    for (int starts = 1; starts <= 2; starts++) {
      int expected = starts;
      Awaitility.await().atMost(LONG).until(() -> lab.starts(poison) == expected);
      // The position is an owner's, so the next one finds it lost.
      Awaitility.await().atMost(LONG).until(() -> !lab.position(0).released());
      lab.expel(); // the partition is lost as that of a killed process
    }
    OutcomeRecorded outcome = await(poison, 1).getFirst();
    assertThat(kind(outcome)).isEqualTo(OutcomeKind.DEFERRED);
    assertThat(outcome.getNoAttempt()).as("by the schedule").isFalse();
    assertThat(outcome.getToken()).endsWith("/interrupted");
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("interrupted");
    assertThat(outcome.getRecipients(0).getMayHaveBeenTaken()).isTrue();
    assertThat(lab.starts(poison)).isEqualTo(2);
    assertThat(reader.counts().interrupted.count()).isEqualTo(1);
    // A later one was in nobody's hands.
    String later = lab.ask(0, 1).getFirst();
    assertThat(kind(await(later, 1).getFirst())).isEqualTo(OutcomeKind.DELIVERED);
  }

  @Test
  void ownersThatGiveAPartitionUpInOrderAreNotCountedAsLost() throws Exception {
    String id = lab.ask(0, 1).getFirst();
    lab.held.add(id);
    for (int starts = 1; starts <= 3; starts++) {
      int expected = starts;
      ReaderLab.Running reader = lab.reader();
      Awaitility.await().atMost(LONG).until(() -> lab.starts(id) == expected);
      Awaitility.await().atMost(LONG).until(() -> reader.reader().committing());
      reader.close();
      assertThat(lab.position(0).released()).isTrue();
    }
    lab.held.clear();
    lab.reader();
    assertThat(kind(await(id, 1).getFirst())).isEqualTo(OutcomeKind.DELIVERED);
  }

  @Test
  void aProcessThatWakesUpAfterItsLeaseSendsNoDot() throws Exception {
    String id = lab.ask(0, 1).getFirst();
    lab.held.add(id);
    CountDownLatch asleep = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    lab.mayStart(
        () -> {
          if (stop.get()) {
            asleep.countDown();
            awaitQuietly(awake);
          }
          return true;
        });
    DeliveryReader reader = lab.reader().reader();
    Awaitility.await().atMost(LONG).until(() -> lab.starts(id) == 1 && reader.committing());
    stop.set(true);
    asleep.await();
    lab.ahead.addAndGet(Duration.ofSeconds(20).toNanos());
    assertThat(reader.committing()).isFalse();
    lab.release.complete(null);
    Awaitility.await().atMost(LONG).until(() -> reader.counts().dotWaits.count() == 1);
    assertThat(lab.dots).isEmpty();
    lab.ahead.addAndGet(OpenDelivery.PATIENCE.toNanos());
    Awaitility.await().atMost(LONG).until(() -> reader.counts().refusedDots.count() == 1);
    awake.countDown();
    OutcomeRecorded outcome = await(id, 1).getFirst();
    assertThat(outcome.getRecipients(0).getReason()).isEqualTo("ownership-unproven");
    assertThat(lab.dots).isEmpty();
  }

  @Test
  void aDeliveryOfThirtyFiveSecondsIsWatchedAndItsPartitionMovesOn() throws Exception {
    String slow = lab.ask(0, 1).getFirst();
    lab.unanswered.add(slow);
    DeliveryReader reader = lab.reader().reader();
    Awaitility.await().atMost(LONG).until(() -> lab.dots.contains(slow));
    lab.ahead.addAndGet(Duration.ofSeconds(35).toNanos());
    OutcomeRecorded stillOpen = await(slow, 1).getFirst();
    assertThat(kind(stillOpen)).isEqualTo(OutcomeKind.STILL_OPEN);
    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(lab.position(0).next()).isGreaterThan(lab.offset(slow)));
    assertThat(reader.watched()).isEqualTo(1);
    assertThat(reader.inWindow()).isZero();
    lab.replies.complete(null);
    OutcomeRecorded delivered = await(slow, 2).getLast();
    assertThat(kind(delivered)).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(delivered.getAfterStillOpen()).isTrue();
    assertThat(delivered.getLate()).isFalse();
    // The scheduler has a state to close, so it must not be skipped.
    assertThat(lab.awaitOutcomes(List.of(slow)).getOrDefault(slow, List.of()))
        .noneMatch(r -> r.headers().lastHeader(Headers.FINAL) != null);
    assertThat(lab.starts(slow)).isEqualTo(1);
  }

  @Test
  void aReaderThatIsClosedWaitsForTheUsualFinalRepliesAndRecordsThemAsOurs() throws Exception {
    List<String> asked = lab.ask(1, 2);
    lab.held.add(asked.get(0));
    lab.unanswered.add(asked.get(1));
    ReaderLab.Running first = lab.reader();
    Awaitility.await().atMost(LONG).until(() -> lab.dots.contains(asked.get(1)));
    Awaitility.await().atMost(LONG).until(() -> lab.starts(asked.getFirst()) == 1);
    Thread reply =
        Thread.startVirtualThread(
            () -> {
              Awaitility.await().atMost(LONG).until(() -> lab.ends(asked.getFirst()) == 1);
              lab.replies.complete(null);
            });
    first.close();
    reply.join();
    assertThat(lab.position(1).released()).isTrue();
    OutcomeRecorded outcome = await(asked.get(1), 1).getFirst();
    assertThat(kind(outcome)).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcome.getLate()).isFalse();
    assertThat(outcome.getAfterStillOpen()).isFalse();
    lab.held.clear();
    lab.reader();
    assertThat(kind(await(asked.getFirst(), 1).getFirst())).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(lab.dots).containsExactlyInAnyOrderElementsOf(asked);
  }

  @Test
  void aReaderThatIsClosedHandsOverAtOnceAndRecordsALaterReply() throws Exception {
    String slow = lab.ask(1, 1).getFirst();
    lab.unanswered.add(slow);
    ReaderLab.Running first = lab.reader();
    Awaitility.await().atMost(LONG).until(() -> lab.dots.contains(slow));
    first.reader().close();
    // While the reply is out the partition is released already.
    Awaitility.await().atMost(LONG).until(() -> lab.position(1).released());
    assertThat(first.thread().isAlive()).isTrue();
    lab.replies.complete(null);
    first.close();
    List<OutcomeRecorded> outcomes = await(slow, 2);
    assertThat(kind(outcomes.getFirst())).isEqualTo(OutcomeKind.STILL_OPEN);
    assertThat(kind(outcomes.getLast())).isEqualTo(OutcomeKind.DELIVERED);
    assertThat(outcomes.getLast().getAfterStillOpen()).isTrue();
    assertThat(outcomes.getLast().getOwner()).isEqualTo(outcomes.getFirst().getOwner());
  }

  @Test
  void readinessNeedsCommitsAndMembership() throws Exception {
    DeliveryReader reader = lab.reader().reader();
    Awaitility.await().atMost(LONG).until(() -> reader.assigned() == 2 && reader.committing());
    // Idle for long: the positions are committed all the same.
    for (int i = 0; i < 3; i++) {
      lab.ahead.addAndGet(Duration.ofSeconds(60).toNanos());
      Awaitility.await().atMost(LONG).until(reader::committing);
    }
    assertThat(reader.sinceTurn()).isLessThan(Duration.ofSeconds(30));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<OutcomeRecorded> await(String id, int count) throws Exception {
    Awaitility.await().atMost(LONG).until(() -> outcomes(List.of(id)).size() >= count);
    return outcomes(List.of(id));
  }

  private List<OutcomeRecorded> outcomes(List<String> ids) throws Exception {
    List<OutcomeRecorded> outcomes = new ArrayList<>();
    for (List<ConsumerRecord<String, byte[]>> each : lab.awaitOutcomes(ids).values()) {
      for (ConsumerRecord<String, byte[]> record : each) {
        outcomes.add(OutcomeRecorded.parseFrom(record.value()));
      }
    }
    return outcomes;
  }

  private List<String> delivered(List<String> ids) throws Exception {
    return outcomes(ids).stream()
        .filter(o -> kind(o) == OutcomeKind.DELIVERED)
        .map(OutcomeRecorded::getQueueId)
        .toList();
  }

  private static OutcomeKind kind(OutcomeRecorded outcome) {
    return outcome.getRecipients(0).getKind();
  }
}
