package io.postern.certificate.revocation;

import io.postern.certificate.revocation.FetchException.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Turns at fetching: so many at one time in all, and so many at one host. Who is beyond that waits,
 * first come, first served; for the host's turn before one of all, so that those who wait for a
 * slow host leave the rest to others. A host that nobody asks is forgotten. Any thread.
 */
final class HttpTurns {
  private final Semaphore all;
  private final int perHost;
  private final Map<String, Host> hosts = new HashMap<>(); // guarded by itself

  /** A right to ask a host, until it is closed. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  private static final class Host {
    final Semaphore free;
    int users; // with a turn, or waiting for one

    Host(int turns) {
      this.free = new Semaphore(turns, true);
    }
  }

  HttpTurns(int inAll, int perHost) {
    this.all = new Semaphore(inAll, true);
    this.perHost = perHost;
  }

  /**
   * @param host with its port
   * @throws FetchException BUSY: no turn within the patience
   */
  Turn take(String host, Duration patience) throws FetchException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Semaphore here = enter(host);
    boolean entered = false;
    try {
      await(here, end, "too much is being fetched from this host");
      try {
        await(all, end, "too much is being fetched");
        entered = true;
      } finally {
        if (!entered) {
          here.release();
        }
      }
    } finally {
      if (!entered) {
        leave(host);
      }
    }
    return () -> {
      all.release();
      here.release();
      leave(host);
    };
  }

  private static void await(Semaphore free, long end, String busy)
      throws FetchException, InterruptedException {
    if (!free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new FetchException(Kind.BUSY, busy);
    }
  }

  private Semaphore enter(String host) {
    synchronized (hosts) {
      Host at = hosts.computeIfAbsent(host, _ -> new Host(perHost));
      at.users++;
      return at.free;
    }
  }

  private void leave(String host) {
    synchronized (hosts) {
      hosts.computeIfPresent(host, (_, at) -> --at.users == 0 ? null : at);
    }
  }

  /** With a turn, or waiting for one. */
  int users(String host) {
    synchronized (hosts) {
      Host at = hosts.get(host);
      return at == null ? 0 : at.users;
    }
  }

  int hosts() {
    synchronized (hosts) {
      return hosts.size();
    }
  }
}
