package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A number of permits for each name; a caller beyond that waits, first come, first served. A name
 * without users is forgotten, so there are at most as many names as users. Any thread.
 */
final class Shares {
  /** A permit, or several, until it is closed; once, by any thread. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param busy the failure's text when none is free in time
   */
  record ShareRequest(Shares shares, String name, String busy) {}

  private final int each;
  private final Map<String, Share> names = new HashMap<>(); // guarded by itself

  private static final class Share {
    final Semaphore free;
    int users; // with a permit, or waiting for one

    Share(int permits) {
      this.free = new Semaphore(permits, true);
    }
  }

  Shares(int each) {
    this.each = each;
  }

  /**
   * A permit of each, one after the other: the narrowest share first, so that a caller that waits
   * for it holds none of the wider ones.
   *
   * @param end by {@link System#nanoTime}
   * @throws FetchException BUSY: not all of them were free before the end; none is held then
   */
  static Turn take(long end, ShareRequest... wanted) throws FetchException, InterruptedException {
    List<Turn> taken = new ArrayList<>();
    Turn all = () -> taken.forEach(Turn::close);
    try {
      for (ShareRequest one : wanted) {
        taken.add(one.shares().take(one.name(), end, one.busy()));
      }
      return all;
    } catch (FetchException | InterruptedException e) {
      all.close();
      throw e;
    }
  }

  private Turn take(String name, long end, String busy)
      throws FetchException, InterruptedException {
    Semaphore free = enter(name);
    boolean entered = false;
    try {
      entered = free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    } finally {
      if (!entered) {
        leave(name);
      }
    }
    if (!entered) {
      throw new FetchException(Kind.BUSY, busy);
    }
    return () -> {
      free.release();
      leave(name);
    };
  }

  private Semaphore enter(String name) {
    synchronized (names) {
      Share share = names.computeIfAbsent(name, _ -> new Share(each));
      share.users++;
      return share.free;
    }
  }

  private void leave(String name) {
    synchronized (names) {
      names.computeIfPresent(name, (_, share) -> --share.users == 0 ? null : share);
    }
  }

  /** With a permit, or waiting for one. */
  int users(String name) {
    synchronized (names) {
      Share share = names.get(name);
      return share == null ? 0 : share.users;
    }
  }

  int names() {
    synchronized (names) {
      return names.size();
    }
  }
}
