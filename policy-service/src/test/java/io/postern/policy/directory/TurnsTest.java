package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnsTest {
  private static final long LONG = TimeUnit.MINUTES.toNanos(1);

  private final Turns turns = new Turns();

  /** The administrators of one organization keep it waiting, and no other. */
  @Test
  void anOrganizationThatWaitsIsInNoOthersWay() throws Exception {
    List<Future<Boolean>> waiting = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try (Turns.Turn first = turns.await("contoso", LONG)) {
        assertThat(first).isNotNull();
        for (int i = 0; i < 40; i++) {
          waiting.add(threads.submit(this::hasTurn));
        }
        Awaitility.await().until(() -> waiting.stream().filter(Future::isDone).count() == 40 - 15);
        assertThat(waiting.stream().filter(Future::isDone))
            .as("those beyond the bound are not kept")
            .allSatisfy(over -> assertThat(over.get()).isFalse());
        try (Turns.Turn other = turns.await("fabrikam", 0)) {
          assertThat(other).isNotNull();
        }
        assertThat(turns.await("contoso", 0)).isNull();
      }
    }
    assertThat(waiting.stream().filter(TurnsTest::got)).hasSize(15);
    assertThat(turns.organizations()).as("nothing is kept of those that are done").isZero();
  }

  private boolean hasTurn() throws InterruptedException {
    try (Turns.Turn turn = turns.await("contoso", LONG)) {
      return turn != null;
    }
  }

  private static boolean got(Future<Boolean> future) {
    return future.resultNow();
  }

  @Test
  void oneOfAnOrganizationAtATime() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 15; i++) {
        var unused =
            threads.submit(
                () -> {
                  try (Turns.Turn turn = turns.await("contoso", LONG)) {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    assertThat(turns.await("contoso", 0)).as("a second one").isNull();
                    now.decrementAndGet();
                  }
                  return null;
                });
      }
    }
    assertThat(most).hasValue(1);
    assertThat(turns.organizations()).isZero();
  }

  /** One whose patience ends leaves its place. */
  @Test
  void whoDoesNotWaitKeepsNoPlace() throws Exception {
    try (Turns.Turn first = turns.await("contoso", LONG)) {
      assertThat(first).isNotNull();
      for (int i = 0; i < 100; i++) {
        assertThat(turns.await("contoso", 1_000)).isNull();
      }
    }
    try (Turns.Turn next = turns.await("contoso", 0)) {
      assertThat(next).isNotNull();
    }
  }
}
