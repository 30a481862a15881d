package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Questions for which nobody waits: asked once, within their bounds. */
class BackgroundVerdictsTest {
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private volatile CountDownLatch answer = new CountDownLatch(1);

  private final BackgroundVerdicts verdicts =
      new BackgroundVerdicts(
          new VerdictSource() {
            @Override
            public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
              asked.incrementAndGet();
              try {
                answer.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return CertificateVerdict.getDefaultInstance();
            }

            @Override
            public @Nullable CertificateVerdict known(VerdictQuestion question) {
              return null;
            }
          },
          nanos::get);

  private static VerdictQuestion question(int number) {
    return new VerdictQuestion(
        List.of(new byte[] {(byte) number, (byte) (number >> 8)}),
        new byte[0],
        CertificateRole.ROLE_CLIENT,
        AnchorSetReference.getDefaultInstance(),
        RevocationMode.REVOCATION_REQUIRED,
        "contoso");
  }

  @Test
  void aQuestionThatIsUnderWayIsNotAskedAgainAndNoMoreThanTheBoundAtOnce() {
    for (int i = 0; i < 3; i++) {
      verdicts.ask(question(0));
    }
    for (int i = 1; i < 3 * BackgroundVerdicts.AT_ONCE; i++) {
      verdicts.ask(question(i));
    }
    await().untilAtomic(asked, org.hamcrest.Matchers.equalTo(BackgroundVerdicts.AT_ONCE));
    answer.countDown();
    await()
        .pollInterval(Duration.ofMillis(1))
        .untilAsserted(
            () -> {
              verdicts.ask(question(1_000));
              assertThat(asked.get()).isGreaterThan(BackgroundVerdicts.AT_ONCE);
            });
  }

  @Test
  void aStrangerUsesUpAMinuteAndNotTheNext() {
    answer.countDown();
    await()
        .pollInterval(Duration.ofMillis(1))
        .untilAsserted(
            () -> {
              verdicts.ask(question(asked.get()));
              assertThat(asked.get()).isEqualTo(BackgroundVerdicts.A_MINUTE);
            });
    for (int i = 0; i < 50; i++) {
      verdicts.ask(question(5_000 + i));
    }
    assertThat(asked.get()).isEqualTo(BackgroundVerdicts.A_MINUTE);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    await()
        .pollInterval(Duration.ofMillis(1))
        .untilAsserted(
            () -> {
              verdicts.ask(question(9_000));
              assertThat(asked.get()).isGreaterThan(BackgroundVerdicts.A_MINUTE);
            });
  }
}
