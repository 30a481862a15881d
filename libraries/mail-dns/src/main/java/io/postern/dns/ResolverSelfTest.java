package io.postern.dns;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The test of {@link Dnssec#AUTO}, at the start and then every ten minutes until the DNS servers
 * have passed proofs on once. A thread of its own; other methods: any thread.
 */
public final class ResolverSelfTest implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMinutes(10);

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
    try {
      do {
        problem = resolver.prove();
        first.countDown();
        results.accept(problem);
      } while (!problem.isEmpty() && !closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
