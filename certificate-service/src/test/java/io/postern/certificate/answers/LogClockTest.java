package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.CertificateRequest;
import io.postern.log.LogClock;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogClockTest {
  private static final long HOUR = 3_600_000;
  private static final long PATIENCE = 10_000;

  private final AtomicLong own = new AtomicLong(100 * HOUR);
  private final LogClock clock = new LogClock(own::get);

  /** A record is sent, stamped in the middle of its way and acknowledged. */
  private void publish(long logAhead, long roundTrip) {
    long sent = clock.ownMillis();
    own.addAndGet(roundTrip);
    clock.stamped(sent, sent + roundTrip / 2 + logAhead);
  }

  @ParameterizedTest
  @ValueSource(longs = {-HOUR, -1_000, 0, 1_000, HOUR})
  void theLogsTimeIsKnownWithinTheWayOfARecord(long ahead) {
    publish(ahead, 40);
    assertThat(clock.millis() - (own.get() + ahead)).isBetween(-40L, 40L);
    own.addAndGet(HOUR);
    publish(ahead, 8);
    assertThat(clock.millis() - (own.get() + ahead)).isBetween(-8L, 8L);
  }

  @Test
  void aSlowRecordTeachesNothingWrong() {
    publish(HOUR, 10);
    publish(HOUR, 30_000);
    assertThat(clock.millis() - (own.get() + HOUR)).isBetween(-10L, 10L);
  }

  @Test
  void theLogsClockMayBeSet() {
    publish(0, 10);
    assertThat(clock.mayBeWrong()).isFalse();
    own.addAndGet(PATIENCE);
    assertThat(clock.mayBeWrong()).isTrue();
    assertThat(clock.mayBeWrong()).isFalse();
    publish(-HOUR, 10);
    assertThat(clock.millis() - (own.get() - HOUR)).isBetween(-10L, 10L);
  }

  /** The same question, whatever its asker's and this machine's clocks say. */
  @ParameterizedTest
  @ValueSource(longs = {-HOUR, -PATIENCE, 0, PATIENCE, HOUR})
  void aQuestionExpiresByTheLogsClockWhateverItsAskersClockSays(long askerAhead) {
    for (long ownBehind : new long[] {-HOUR, 0, HOUR}) {
      publish(ownBehind, 2);
      long stamp = clock.millis();
      long askedAt = stamp + askerAhead;
      CertificateRequest request =
          CertificateRequest.newBuilder()
              .setAskedAtMillis(askedAt)
              .setDeadlineMillis(askedAt + PATIENCE)
              .build();
      long deadline = Question.deadline(request, stamp);
      own.addAndGet(PATIENCE - 1);
      assertThat(deadline).isGreaterThan(clock.millis());
      own.addAndGet(1);
      assertThat(deadline).isLessThanOrEqualTo(clock.millis());
    }
  }

  @Test
  void anOlderAskersDeadlineCountsAsItIs() {
    CertificateRequest request = CertificateRequest.newBuilder().setDeadlineMillis(7).build();
    assertThat(Question.deadline(request, HOUR)).isEqualTo(7);
  }
}
