package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.log.rules.Handover;
import io.postern.log.rules.Lease;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lease, taker's wait and the check before the final dot, by a clock that the test moves. */
class LeaseTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // wraps over
  private final TakeoverCounts counts = new TakeoverCounts(new SimpleMeterRegistry());

  private void pass(long millis) {
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private OpenDelivery delivery(Lease lease) {
    return delivery(lease, 1);
  }

  private OpenDelivery delivery(Lease lease, int attempt) {
    PartitionWork work =
        new PartitionWork(SessionLab.PARTITION, DeliveryPosition.first(0), 1, lease);
    DeliveryRequested request = DeliveryRequested.newBuilder().setAttempt(attempt).build();
    return new OpenDelivery(work, 0, new DeliveryTask(request, 1), 1, true, counts);
  }

  private Lease lease(boolean wait) {
    return new Lease(clock::get, clock::get, wait ? Lease.TAKER_WAIT : Duration.ZERO);
  }

  @Test
  void withoutACommitThereIsNoDot() {
    Lease lease = lease(false);
    pass(10_000);
    assertThat(delivery(lease).dot()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"0, 5000", "4999, 1", "5000, 0", "5001, 0", "3600000, 0"})
  void aDotIsSentWithinFiveSecondsFromBeforeTheCommitBegan(long later, long left) {
    Lease lease = lease(false);
    long began = clock.get();
    pass(later);
    lease.renewed(began); // the commit itself took as long
    if (left == 0) {
      assertThat(delivery(lease).dot()).isNull();
    } else {
      assertThat(delivery(lease).dot()).isEqualTo(Duration.ofMillis(left));
    }
  }

  @Test
  void anOlderCommitDoesNotShortenTheLease() {
    Lease lease = lease(false);
    long first = clock.get();
    pass(3_000);
    lease.renewed(clock.get());
    lease.renewed(first);
    pass(4_000);
    assertThat(delivery(lease).dot()).isEqualTo(Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1000, 5999})
  void aTakerSendsNoDotInItsFirstSixSeconds(long later) {
    Lease lease = lease(true);
    pass(later);
    lease.renewed(clock.get());
    assertThat(delivery(lease).dot()).isNull();
  }

  @Test
  void aTakerSendsItsFirstDotAfterSixSeconds() {
    Lease lease = lease(true);
    pass(6_000);
    lease.renewed(clock.get());
    assertThat(delivery(lease).dot()).isPositive();
  }

  /** The last dot of the owner that knows nothing, and the first of its taker. */
  @Test
  void theLeaseOfWhoLostThePartitionEndsBeforeItsTakersWait() {
    Lease owner = lease(false);
    owner.renewed(clock.get());
    Lease taker = lease(true); // taken at once after the owner's last commit
    for (int millis = 0; millis < 20_000; millis += 50) {
      pass(50);
      taker.renewed(clock.get());
      boolean both = delivery(owner).dot() != null && delivery(taker).dot() != null;
      assertThat(both).isFalse();
    }
  }

  /** SIGSTOP for longer than the lease, then SIGCONT: the clock has moved on. */
  @Test
  void aProcessThatWokeUpSendsNoDotBeforeItHasCommittedAgain() {
    Lease lease = lease(false);
    lease.renewed(clock.get());
    OpenDelivery delivery = delivery(lease);
    pass(20_000);
    assertThat(delivery.dot()).isNull();
    assertThat(delivery.held()).isTrue();
    lease.renewed(clock.get());
    assertThat(delivery.dot()).isPositive();
    lease.end(); // the client says: lost
    lease.renewed(clock.get()); // a commit of something else
    assertThat(delivery.dot()).isEqualTo(Duration.ZERO);
  }

  @Test
  void aDeliveryThatWasClosedNeverSendsADot() {
    Lease lease = lease(false);
    lease.renewed(clock.get());
    OpenDelivery delivery = delivery(lease);
    AtomicInteger cut = new AtomicInteger();
    delivery.connection(cut::incrementAndGet);
    assertThat(delivery.close()).isTrue();
    assertThat(delivery.close()).isTrue();
    assertThat(cut).hasValue(1);
    assertThat(delivery.dot()).isEqualTo(Duration.ZERO);
    assertThat(delivery.held()).isFalse();
    delivery.connection(cut::incrementAndGet); // one that was being opened meanwhile
    assertThat(cut).hasValue(2);
  }

  @Test
  void aDeliveryPastItsDotIsNotClosedAndItsConnectionNotCut() {
    Lease lease = lease(false);
    lease.renewed(clock.get());
    OpenDelivery delivery = delivery(lease);
    AtomicInteger cut = new AtomicInteger();
    delivery.connection(cut::incrementAndGet);
    assertThat(delivery.dot()).isPositive();
    assertThat(delivery.close()).isFalse();
    lease.end();
    assertThat(delivery.close()).isFalse();
    assertThat(cut).hasValue(0);
    delivery.answered();
    assertThat(delivery.dot()).as("of a further transaction").isEqualTo(Duration.ZERO);
    assertThat(delivery.everPastDot()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0, 5000", "57000, 3000", "60000, 0", "90000, 0"})
  void noDotLaterThanSixtySecondsAfterHandingOver(long later, long left) {
    Lease lease = lease(false);
    OpenDelivery delivery = delivery(lease);
    delivery.handOver(new Handover<>());
    pass(later);
    lease.renewed(clock.get());
    assertThat(delivery.dot()).isEqualTo(Duration.ofMillis(left));
    assertThat(delivery.held()).isEqualTo(left > 0);
  }

  @Test
  void aSessionAtItsDotWaitsForTheNextCommit() throws Exception {
    Lease lease = lease(false);
    OpenDelivery delivery = delivery(lease);
    CompletableFuture<Duration> dot = new CompletableFuture<>();
    Thread thread = Thread.startVirtualThread(() -> dot.complete(delivery.awaitDot()));
    while (counts.dotWaits.count() == 0) {
      Thread.onSpinWait();
    }
    assertThat(dot).isNotDone();
    lease.renewed(clock.get());
    assertThat(dot.get(10, TimeUnit.SECONDS)).isEqualTo(Lease.TERM);
    assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void aSessionAtItsDotDoesNotWaitForEver() throws Exception {
    OpenDelivery delivery = delivery(lease(false));
    CompletableFuture<Duration> dot = new CompletableFuture<>();
    Thread.startVirtualThread(() -> dot.complete(delivery.awaitDot()));
    while (counts.dotWaits.count() == 0) {
      Thread.onSpinWait();
    }
    pass(OpenDelivery.PATIENCE.toMillis());
    assertThat(dot.get(10, TimeUnit.SECONDS)).isEqualTo(Duration.ZERO);
    assertThat(counts.refusedDots.count()).isEqualTo(1);
    assertThat(delivery.held()).as("ours as far as is known").isTrue();
  }

  @Test
  void aSessionThatWaitsAtItsDotHearsOfTheLoss() throws Exception {
    Lease lease = lease(true);
    OpenDelivery delivery = delivery(lease);
    CompletableFuture<Duration> dot = new CompletableFuture<>();
    Thread.startVirtualThread(() -> dot.complete(delivery.awaitDot()));
    while (counts.dotWaits.count() == 0) {
      Thread.onSpinWait();
    }
    lease.end();
    assertThat(dot.get(10, TimeUnit.SECONDS)).isEqualTo(Duration.ZERO);
    assertThat(delivery.held()).isFalse();
  }

  /** A former owner inside its lease could read attempt 2 while its session of attempt 1 runs. */
  @Test
  void aLaterAttemptsDotNeedsACommitThatBeganAfterItsDecisionWasRead() {
    Lease lease = lease(false);
    lease.renewed(clock.get());
    pass(1);
    OpenDelivery second = delivery(lease, 2);
    assertThat(second.dot()).isNull();
    pass(1);
    lease.renewed(clock.get());
    assertThat(second.dot()).isPositive();
  }
}
