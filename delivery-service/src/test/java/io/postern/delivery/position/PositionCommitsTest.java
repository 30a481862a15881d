package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.log.rules.Lease;
import io.postern.log.rules.ReadBack;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often positions are committed, by a clock that the test moves, one turn each 100 ms. */
class PositionCommitsTest {
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration TURN = Duration.ofMillis(100);

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // wraps over
  private final PositionCommits commits =
      new PositionCommits(INTERVAL, new Clocks(clock::get, clock::get, Clock.systemUTC(), ""));
  private final PartitionWork work =
      new PartitionWork(
          SessionLab.PARTITION,
          DeliveryPosition.first(0),
          1,
          new Lease(clock::get, clock::get, Duration.ZERO));
  private final Member member = new Member();

  /** Answers at once. */
  private static final class Member extends MockConsumer<String, byte[]> {
    private int commits;
    private boolean refusing;

    Member() {
      super("none");
    }

    @Override
    public synchronized void commitAsync(
        Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
      commits++;
      if (callback != null) {
        callback.onComplete(offsets, refusing ? new KafkaException("not now") : null);
      }
    }
  }

  @BeforeEach
  void taken() {
    var owner = work.ledger.take();
    ReadBack back = new ReadBack(work.ledger.ownerThere());
    back.taken(0, owner);
    assertThat(work.ledger.taken(0, 0, back, found -> {})).isEmpty();
  }

  /** When commits began, in milliseconds from now. */
  private List<Integer> commits(Duration time, boolean atRest) {
    List<Integer> when = new ArrayList<>();
    for (int millis = 0; millis < time.toMillis(); millis += (int) TURN.toMillis()) {
      int before = member.commits;
      commits.whenDue(member, List.of(work), atRest, w -> true);
      if (member.commits > before) {
        when.add(millis);
      }
      clock.addAndGet(TURN.toNanos());
    }
    return when;
  }

  private long leaseLeftMillis() {
    return TimeUnit.NANOSECONDS.toMillis(work.lease.left(Lease.ANY));
  }

  @Test
  void twiceASecondWhileSomethingIsUnderWayAndSeldomAtRest() {
    assertThat(commits(Duration.ofSeconds(2), false)).containsExactly(0, 500, 1_000, 1_500);
    // The last finished Decision is committed as soon as before; then nothing changes.
    assertThat(commits(Duration.ofSeconds(7), true)).containsExactly(0, 2_000, 4_000, 6_000);
  }

  @Test
  void whatBeginsAfterARestIsCommittedAtOnce() {
    commits(Duration.ofSeconds(3), true);
    assertThat(commits(Duration.ofSeconds(1), false)).containsExactly(0, 500);
  }

  @Test
  void atRestTheLeaseHasMostOfItsTimeLeftAtAnyMoment() {
    commits(TURN, true);
    for (int turn = 0; turn < 600; turn++) {
      commits(TURN, true);
      assertThat(leaseLeftMillis()).isGreaterThanOrEqualTo(2_900);
    }
  }

  @Test
  void aCommitThatFailsIsNotLeftForLongAtRestEither() {
    commits(Duration.ofSeconds(4), true);
    member.refusing = true;
    assertThat(commits(Duration.ofSeconds(2), true)).containsExactly(0, 500, 1_000, 1_500);
    member.refusing = false;
    assertThat(commits(Duration.ofSeconds(4), true)).containsExactly(0, 2_000);
  }

  @Test
  void aPartitionThatWasTakenIsCommittedAtOnce() {
    commits(Duration.ofSeconds(3), true);
    commits.ask();
    assertThat(commits(TURN, true)).containsExactly(0);
  }
}
