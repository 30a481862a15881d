package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong later = new AtomicLong(-100 * SECOND); // any origin, negative too
  private final AtomicLong waiting = new AtomicLong();

  private Lease lease(Duration wait) {
    return new Lease(later::get, waiting::get, wait);
  }

  private void pass(long seconds) {
    later.addAndGet(seconds * SECOND);
    waiting.addAndGet(seconds * SECOND);
  }

  @Test
  void withoutACommitNoDotIsSent() {
    Lease lease = lease(Duration.ZERO);
    assertThat(lease.left(Lease.ANY)).isNotPositive();
  }

  @Test
  void aCommitProvesItFromBeforeItBegan() {
    Lease lease = lease(Duration.ZERO);
    long began = lease.now();
    pass(2);
    lease.renewed(began);
    assertThat(lease.left(Lease.ANY)).isEqualTo(Lease.TERM.toNanos() - 2 * SECOND);
    pass(3);
    assertThat(lease.left(Lease.ANY)).isNotPositive();
  }

  @Test
  void anAnswerThatComesOutOfOrderDoesNotShortenIt() {
    Lease lease = lease(Duration.ZERO);
    long first = lease.now();
    pass(1);
    long second = lease.now();
    lease.renewed(second);
    lease.renewed(first);
    assertThat(lease.left(Lease.ANY)).isEqualTo(Lease.TERM.toNanos());
  }

  @Test
  void aTakerWaitsWhateverItHasCommitted() {
    Lease lease = lease(Lease.TAKER_WAIT);
    pass(5);
    lease.renewed(lease.now());
    assertThat(lease.left(Lease.ANY)).isNotPositive();
    assertThat(lease.waitOver()).isFalse();
    pass(1);
    assertThat(lease.waitOver()).isTrue();
    assertThat(lease.left(Lease.ANY)).isPositive();
  }

  /** The other machine's lease does not end because our wall clock was set. */
  @Test
  void aWallClockThatIsSetForwardDoesNotEndTheWait() {
    Lease lease = lease(Lease.TAKER_WAIT);
    later.addAndGet(60 * SECOND);
    lease.renewed(lease.now());
    assertThat(lease.waitOver()).isFalse();
    assertThat(lease.left(Lease.ANY)).isNotPositive();
  }

  @Test
  void aMachineThatSleptHasNoLease() {
    Lease lease = lease(Duration.ZERO);
    lease.renewed(lease.now());
    later.addAndGet(60 * SECOND); // the monotonic clock stood
    assertThat(lease.left(Lease.ANY)).isNotPositive();
  }

  @Test
  void aRetryNeedsACommitThatBeganAfterItsDecisionWasRead() {
    Lease lease = lease(Duration.ZERO);
    lease.renewed(lease.now());
    long readAt = lease.now();
    assertThat(lease.left(Lease.ANY)).isPositive();
    assertThat(lease.left(readAt)).as("of equal times nobody knows").isNotPositive();
    later.addAndGet(1);
    lease.renewed(lease.now());
    assertThat(lease.left(readAt)).isPositive();
  }

  @Test
  void onceEndedItIsNotRenewed() {
    Lease lease = lease(Duration.ZERO);
    lease.renewed(lease.now());
    lease.end();
    lease.renewed(lease.now() + 1);
    assertThat(lease.ended()).isTrue();
    assertThat(lease.left(Lease.ANY)).isNotPositive();
  }

  @Test
  void aWaitIsLongerThanALease() {
    assertThat(Lease.TAKER_WAIT).isGreaterThan(Lease.TERM);
  }
}
