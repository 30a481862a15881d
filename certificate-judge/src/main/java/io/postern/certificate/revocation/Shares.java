package io.postern.certificate.revocation;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * So many permits for each name; who is beyond that waits, first come, first served. A name that
 * nobody uses is forgotten, so there are as many names as users at most. Any thread.
 */
final class Shares {
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

  /** The permits of a name, until {@link #leave}. */
  Semaphore enter(String name) {
    synchronized (names) {
      Share share = names.computeIfAbsent(name, _ -> new Share(each));
      share.users++;
      return share.free;
    }
  }

  void leave(String name) {
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
