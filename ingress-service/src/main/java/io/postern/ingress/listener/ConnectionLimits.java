package io.postern.ingress.listener;

import io.postern.ingress.session.Load;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts open connections, in all and per address, and tells when they are nearly all taken.
 * Thread-safe. An IPv6 client is its /64, since a host has all of that.
 */
public final class ConnectionLimits implements Load {
  /** What came of a new connection. */
  public enum Admission {
    ACCEPTED,
    FULL,
    ADDRESS_LIMIT
  }

  private final int most;
  private final int mostPerAddress;
  private final Map<InetAddress, Integer> byAddress = new HashMap<>();
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
    InetAddress key = key(address);
    int before = byAddress.getOrDefault(key, 0);
    if (before >= mostPerAddress) {
      return Admission.ADDRESS_LIMIT;
    }
    byAddress.put(key, before + 1);
    open++;
    return Admission.ACCEPTED;
  }

  synchronized void leave(InetAddress address) {
    byAddress.computeIfPresent(key(address), (key, count) -> count == 1 ? null : count - 1);
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

  /** Waits until no connection is open: false when that took too long. */
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

  private static InetAddress key(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length != 16) {
      return address;
    }
    java.util.Arrays.fill(octets, 8, 16, (byte) 0);
    try {
      return InetAddress.getByAddress(octets);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e); // 16 octets are an address
    }
  }
}
