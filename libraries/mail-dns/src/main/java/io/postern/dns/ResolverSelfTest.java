package io.postern.dns;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The test of {@link Dnssec#AUTO}, at the start and then after 5, 10, 20 seconds, at last every ten
 * minutes, until the DNS servers have passed proofs on once. A thread of its own; other methods:
 * any thread.
 */
public final class ResolverSelfTest implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMinutes(10);

  /** Half of it: the network may come up after the service. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2_500);

  private final MailResolver resolver;
  private final Consumer<String> results;
  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile String problem = "not tested yet";

  /**
   * Begins to test, if the resolver is to.
   *
   * @param results takes each result, as {@link #problem}; on the test's thread
   */
  public ResolverSelfTest(MailResolver resolver, Consumer<String> results) {
    this.resolver = resolver;
    this.results = results;
    if (resolver.isTested()) {
      Thread.ofVirtual().name("dnssec-self-test").start(this::run);
    } else {
      problem = resolver.proves() ? "" : "postern.dns.dnssec is off";
      first.countDown();
    }
  }

  /** Why no answer is proven; empty: answers are. */
  public String problem() {
    return problem;
  }

  /** Waits for the first result, so long at most. */
  public void await(Duration patience) throws InterruptedException {
    var unused = first.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    try {
      do {
        problem = resolver.prove();
        first.countDown();
        results.accept(problem);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(PERIOD) > 0 ? PERIOD : pause;
      } while (!problem.isEmpty() && !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
