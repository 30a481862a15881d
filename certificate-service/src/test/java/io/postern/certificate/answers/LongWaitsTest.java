package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LongWaitsTest {
  private static Question question(int bytes) {
    VerdictKey key = VerdictKey.of(Fingerprints.sha256(new byte[] {1}));
    return new Question(key, CertificateRequest.getDefaultInstance(), 10, bytes);
  }

  private static Runnable until(CountDownLatch end) {
    return () -> {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Test
  void noMoreThanTheCountWait() {
    LongWaits waits = new LongWaits(2, 1000);
    CountDownLatch end = new CountDownLatch(1);
    assertThat(waits.begin(question(1), until(end))).isTrue();
    assertThat(waits.begin(question(1), until(end))).isTrue();
    assertThat(waits.begin(question(1), until(end))).isFalse();
    assertThat(waits.waiting()).isEqualTo(2);
    end.countDown();
    Awaitility.await().until(() -> waits.waiting() == 0);
    assertThat(waits.begin(question(1), () -> {})).isTrue();
  }

  @Test
  void norMoreThanTheBytes() {
    LongWaits waits = new LongWaits(10, 1000);
    CountDownLatch end = new CountDownLatch(1);
    assertThat(waits.begin(question(900), until(end))).isTrue();
    assertThat(waits.begin(question(200), until(end))).isFalse();
    assertThat(waits.begin(question(100), until(end))).isTrue();
    end.countDown();
    Awaitility.await().until(() -> waits.begin(question(1000), () -> {}));
  }

  @Test
  void oneThatFailsWaitsNoLonger() {
    LongWaits waits = new LongWaits(1, 1000);
    assertThat(
            waits.begin(
                question(1),
                () -> {
                  throw new IllegalStateException("as a test has it");
                }))
        .isTrue();
    Awaitility.await().dontCatchUncaughtExceptions().until(() -> waits.waiting() == 0);
  }
}
