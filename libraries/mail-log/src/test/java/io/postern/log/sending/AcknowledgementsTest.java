package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.log.LogUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcknowledgementsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Acknowledgements answers = new Acknowledgements();

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void aWaitForWhatIsNeverAcknowledgedEndsWithItsPatience() {
    Duration patience = Duration.ofMillis(300);
    answers.sending(10);
    for (Callable<Object> wait :
        List.<Callable<Object>>of(
            () -> answers.awaitAll(patience),
            () -> {
              new Acknowledgements().awaitBelow(0, patience); // nothing is open
              Acknowledgements others = new Acknowledgements();
              others.sending(11);
              others.awaitBelow(10, patience);
              return true;
            })) {
      long from = System.nanoTime();
      assertThatThrownBy(wait::call)
          .isInstanceOf(LogUnavailableException.class)
          .hasCauseInstanceOf(TimeoutException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - from))
          .isBetween(patience, Duration.ofSeconds(10));
    }
  }

  @Test
  void whatGaveUpStaysSo() {
    int number = answers.sending(10);
    assertThatThrownBy(() -> answers.awaitAll(Duration.ofMillis(1)))
        .isInstanceOf(LogUnavailableException.class);
    answers.answered(number, 10, 7, null);
    assertThatThrownBy(() -> answers.awaitAll(LONG)).isInstanceOf(LogUnavailableException.class);
  }

  @Test
  void aWaitEndsWithTheLastAcknowledgementInTheOrderOfSending() throws Exception {
    int first = answers.sending(10);
    int second = answers.sending(20);
    Future<List<Long>> all = waiting(() -> answers.awaitAll(LONG));
    answers.answered(second, 20, 8, null);
    answers.answered(first, 10, 7, null);
    assertThat(all.get(1, TimeUnit.MINUTES)).containsExactly(7L, 8L);
  }

  @Test
  void aFailureEndsTheWaitAtOnce() throws Exception {
    answers.sending(10);
    int second = answers.sending(20);
    Future<List<Long>> all = waiting(() -> answers.awaitAll(LONG));
    answers.answered(second, 20, -1, new IllegalStateException("no"));
    assertThatThrownBy(() -> all.get(1, TimeUnit.MINUTES))
        .hasCauseInstanceOf(LogUnavailableException.class);
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    answers.sending(10);
    Future<?> all = waiting(() -> answers.awaitAll(LONG));
    threads.shutdownNow(); // interrupts
    assertThatThrownBy(() -> all.get(1, TimeUnit.MINUTES))
        .hasRootCauseInstanceOf(InterruptedException.class);
  }

  /** A task in a thread of its own that is parked. */
  private <T> Future<T> waiting(Callable<T> task) {
    AtomicReference<Thread> runner = new AtomicReference<>();
    Future<T> result =
        threads.submit(
            () -> {
              runner.set(Thread.currentThread());
              return task.call();
            });
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> runner.get() != null && runner.get().getState() == Thread.State.WAITING);
    return result;
  }
}
