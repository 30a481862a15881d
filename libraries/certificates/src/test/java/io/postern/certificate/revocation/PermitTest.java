package io.postern.certificate.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PermitTest {
  private final Semaphore permits = new Semaphore(0); // the judgement has it

  @Test
  void isHeldWhileOneThreadComputesAndGivenBackWhileAllWait() {
    Permit permit = new Permit(permits, () -> true);
    permit.begin(2);
    Permit.Pause first = permit.pause();
    Permit.Pause second = permit.pause();
    assertThat(permits.availablePermits()).isZero();
    Permit.Pause third = permit.pause();
    assertThat(permits.availablePermits()).isOne();
    first.close();
    second.close();
    assertThat(permits.availablePermits()).isZero();
    permit.end();
    assertThat(permits.availablePermits()).as("one computes").isZero();
    permit.end();
    assertThat(permits.availablePermits()).isOne();
    third.close();
    permit.close();
    permit.close();
    assertThat(permits.availablePermits()).as("given back once").isOne();
  }

  @Test
  void isTakenAgainOnlyWhenAnotherJudgementGivesItBack() throws Exception {
    Permit permit = new Permit(permits, () -> true);
    Permit.Pause pause = permit.pause();
    permits.acquire();
    Thread resuming = Thread.ofVirtual().start(pause::close);
    Awaitility.await().until(permits::hasQueuedThreads);
    assertThat(resuming.isAlive()).isTrue();
    permits.release();
    resuming.join();
    assertThat(permits.availablePermits()).isZero();
  }

  @Test
  void whoMayNotPauseMayNotLaterEither() {
    AtomicInteger asked = new AtomicInteger();
    Permit permit = new Permit(permits, () -> asked.incrementAndGet() > 1);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(permit::pause).isInstanceOf(PauseRefusedException.class);
    }
    assertThat(asked).hasValue(1);
    assertThat(permits.availablePermits()).as("it computes on").isZero();
  }

  @Test
  void roomIsAskedForOnce() {
    AtomicInteger asked = new AtomicInteger();
    Permit permit = new Permit(permits, () -> asked.incrementAndGet() == 1);
    permit.pause().close();
    permit.pause().close();
    assertThat(asked).hasValue(1);
  }
}
