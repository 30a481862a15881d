package io.postern.certificate.revocation;

import io.postern.certificate.revocation.FetchException.Kind;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Turns at fetching: so many at one time in all, so many at one host, and at the hosts of one
 * {@link ParentDomain} a quarter of all, but as many as at one host. Who is beyond that waits,
 * first come, first served; for the host's turn before its domain's and this before one of all, so
 * that those who wait for a slow host, or for the many names of one domain, leave the rest to
 * others. Any thread.
 */
final class HttpTurns {
  private final Semaphore all;
  private final Shares hosts;
  private final Shares domains;

  /** A right to ask a host, until it is closed. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  HttpTurns(int inAll, int perHost) {
    this.all = new Semaphore(inAll, true);
    this.hosts = new Shares(perHost);
    this.domains = new Shares(Math.max(perHost, inAll / 4));
  }

  /**
   * @throws FetchException BUSY: no turn within the patience
   */
  Turn take(String host, int port, Duration patience) throws FetchException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Turn ofHost = take(hosts, host + ":" + port, end, "too much is being fetched from this host");
    try {
      Turn ofDomain =
          take(
              domains,
              ParentDomain.of(host),
              end,
              "too much is being fetched from hosts of this domain");
      try {
        await(all, end, "too much is being fetched");
      } catch (FetchException | InterruptedException e) {
        ofDomain.close();
        throw e;
      }
      return () -> {
        all.release();
        ofDomain.close();
        ofHost.close();
      };
    } catch (FetchException | InterruptedException e) {
      ofHost.close();
      throw e;
    }
  }

  private static Turn take(Shares shares, String name, long end, String busy)
      throws FetchException, InterruptedException {
    Semaphore free = shares.enter(name);
    try {
      await(free, end, busy);
    } catch (FetchException | InterruptedException e) {
      shares.leave(name);
      throw e;
    }
    return () -> {
      free.release();
      shares.leave(name);
    };
  }

  private static void await(Semaphore free, long end, String busy)
      throws FetchException, InterruptedException {
    if (!free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new FetchException(Kind.BUSY, busy);
    }
  }

  /** With a turn at this host, or waiting for one. */
  int users(String host, int port) {
    return hosts.users(host + ":" + port);
  }

  int hosts() {
    return hosts.names();
  }
}
