package io.postern.certificate.revocation;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
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
  private static final int THREADS = 8;
  private static final int WAITING = 256;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("crl-resolver-", 0).daemon().factory());

  Resolver() {
    threads.allowCoreThreadTimeOut(true);
  }

  InetAddress[] resolve(String host, Duration patience)
      throws FetchException, InterruptedException {
    Future<InetAddress[]> answer;
    try {
      answer = threads.submit(() -> InetAddress.getAllByName(host));
    } catch (RejectedExecutionException e) {
      throw new FetchException(FetchException.Kind.BUSY, "too many names are being resolved");
    }
    try {
      return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new FetchException(
          FetchException.Kind.TIMEOUT, "the host's name was not resolved in time");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException) {
        throw new FetchException(
            FetchException.Kind.UNRESOLVED, "the host's name does not resolve");
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
