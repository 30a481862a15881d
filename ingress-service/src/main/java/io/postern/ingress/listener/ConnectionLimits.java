package io.postern.ingress.listener;

import io.postern.ingress.session.Load;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The bounds of open connections, in all and per address.
 *
 * <p>One address has so many at most, and never more than a quarter of the free ones: so N
 * addresses that take all they can leave some (4/5)^N to the others, a few to each. Thread-safe.
 */
public final class ConnectionLimits implements Load {
  /** The decision about a new connection. */
  public enum Admission {
    ACCEPTED,
    FULL,
    ADDRESS_LIMIT
  }

  private static final int PART_OF_FREE = 4;

  private final int most;
  private final int mostPerAddress;
  private final Map<Source, Integer> bySource = new HashMap<>();
  private volatile int open;
  private volatile boolean stopping;

  public ConnectionLimits(int most, int mostPerAddress) {
    this.most = most;
    this.mostPerAddress = mostPerAddress;
  }

  synchronized Admission enter(InetAddress address) {
    if (open >= most) {
      return Admission.FULL;
    }
    Source source = Source.of(address);
    int before = bySource.getOrDefault(source, 0);
    if (before >= mostPerAddress
        || (!oneAddressIsAll() && before > 0 && before >= (most - open) / PART_OF_FREE)) {
      return Admission.ADDRESS_LIMIT;
    }
    bySource.put(source, before + 1);
    open++;
    return Admission.ACCEPTED;
  }

  /** One address may have all connections: it is a proxy's, and stands for all clients. */
  boolean oneAddressIsAll() {
    return mostPerAddress >= most;
  }

  synchronized void leave(InetAddress address) {
    bySource.computeIfPresent(Source.of(address), (source, count) -> count == 1 ? null : count - 1);
    open--;
    notifyAll();
  }

  public int open() {
    return open;
  }

  void stop() {
    stopping = true;
  }

  @Override
  public boolean stressed() {
    return open * 5L >= most * 4L;
  }

  @Override
  public boolean stopping() {
    return stopping;
  }

  /** Waits until no connection is open; false when one still is at the end of the wait. */
  synchronized boolean awaitNone(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    while (open > 0) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
