package io.postern.delivery.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The time of a probe ends its connection, whatever a host does with it. */
class ProbeLeaseTest {
  @Test
  void theConnectionUnderWayIsEndedWhenTheTimeIsOver() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    try (ProbeLease lease = new ProbeLease(50)) {
      lease.connection(cut::countDown);
      assertThat(cut.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(lease.held()).isFalse();
    }
  }

  @Test
  void aConnectionThatIsOpenedLaterIsEndedAtOnce() {
    try (ProbeLease lease = new ProbeLease(1)) {
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !lease.held());
      CountDownLatch cut = new CountDownLatch(1);
      lease.connection(cut::countDown);
      assertThat(cut.getCount()).isZero();
    }
  }

  @Test
  void whileItLastsNothingIsEnded() {
    CountDownLatch cut = new CountDownLatch(1);
    try (ProbeLease lease = new ProbeLease(60_000)) {
      lease.connection(cut::countDown);
      assertThat(lease.held()).isTrue();
      assertThat(cut.getCount()).isOne();
      lease.connection(null);
    }
    assertThat(cut.getCount()).as("it has no connection any more").isOne();
  }
}
