package io.postern.certificate.revocation;

import io.postern.certificate.revocation.Connector.Resolved;
import io.postern.certificate.revocation.FetchException.Kind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Resolves host names by the system's resolver, which knows no time-out and blocks its thread in
 * native code: so on at most eight threads of its own with a bounded queue. Any thread.
 */
final class Resolver implements AutoCloseable {
  static final int THREADS = 8;
  private static final int WAITING = 256;

  /** The system's resolver. */
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("crl-resolver-", 0).daemon().factory());

  Resolver() {
    this(InetAddress::getAllByName);
  }

  Resolver(Lookup lookup) {
    this.lookup = lookup;
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * @param patience for a thread to be free
   * @param time from then on
   * @throws FetchException BUSY: no thread was free; UNRESOLVED, TIMEOUT
   */
  Resolved resolve(String host, Duration patience, Duration time)
      throws FetchException, InterruptedException {
    long began = System.nanoTime();
    CountDownLatch begun = new CountDownLatch(1);
    Future<InetAddress[]> answer;
    try {
      answer =
          threads.submit(
              () -> {
                begun.countDown();
                return lookup.all(host);
              });
    } catch (RejectedExecutionException e) {
      throw busy();
    }
    try {
      if (!begun.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy();
      }
      Duration waited = Duration.ofNanos(System.nanoTime() - began);
      return new Resolved(List.of(answer.get(time.toNanos(), TimeUnit.NANOSECONDS)), waited);
    } catch (TimeoutException e) {
      throw new FetchException(Kind.TIMEOUT, "the host's name was not resolved in time");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException) {
        throw new FetchException(Kind.UNRESOLVED, "the host's name does not resolve");
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private static FetchException busy() {
    return new FetchException(Kind.BUSY, "too many names are being resolved");
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
