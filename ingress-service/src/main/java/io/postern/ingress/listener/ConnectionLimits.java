package io.postern.ingress.listener;

import io.postern.ingress.session.Load;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The bounds of open connections, in all, per network and per address.
 *
 * <p>One address has so many at most, and never more than a quarter of the free ones: so N
 * addresses that take all they can leave some (4/5)^N to the others, a few to each. Its network has
 * half of the free ones at most, so an owner of 256 neighbouring addresses leaves two thirds, and N
 * such owners (2/3)^N.
 *
 * <p>A connection of a balancer that has not named its client yet counts for the balancer alone,
 * which may have a quarter of the free ones so: its clients do not fill that part, as a balancer
 * names a client at once. A balancer that names nobody, by a fault, leaves three quarters. From the
 * name on the connection counts for the client as any other. Thread-safe.
 */
public final class ConnectionLimits implements Load {
  /** The decision about a new connection. */
  public enum Admission {
    ACCEPTED,
    FULL,
    ADDRESS_LIMIT,
    NETWORK_LIMIT,
    BALANCER_LIMIT
  }

  private static final int ADDRESS_PART_OF_FREE = 4;
  private static final int NETWORK_PART_OF_FREE = 2;
  private static final int BALANCER_PART_OF_FREE = 4;

  private final ConnectionBounds bounds;
  private final Map<Source, Integer> bySource = new HashMap<>();
  private final Map<Source, Integer> byNetwork = new HashMap<>();
  private final Map<InetAddress, Integer> byBalancer = new HashMap<>();
  private volatile int open;
  private volatile boolean stopping;

  public ConnectionLimits(ConnectionBounds bounds) {
    this.bounds = bounds;
  }

  synchronized Admission enter(InetAddress client) {
    if (open >= bounds.all()) {
      return Admission.FULL;
    }
    Admission admission = admission(client, bounds.all() - open);
    if (admission == Admission.ACCEPTED) {
      count(client);
      open++;
    }
    return admission;
  }

  private Admission admission(InetAddress client, int free) {
    int ofSource = bySource.getOrDefault(Source.of(client), 0);
    if (ofSource >= bounds.perAddress()) {
      return Admission.ADDRESS_LIMIT;
    }
    if (oneAddressIsAll()) {
      return Admission.ACCEPTED;
    }
    if (ofSource > 0 && ofSource >= free / ADDRESS_PART_OF_FREE) {
      return Admission.ADDRESS_LIMIT;
    }
    int ofNetwork = byNetwork.getOrDefault(Source.neighbours(client), 0);
    return ofNetwork >= bounds.perNetwork()
            || (ofNetwork > 0 && ofNetwork >= free / NETWORK_PART_OF_FREE)
        ? Admission.NETWORK_LIMIT
        : Admission.ACCEPTED;
  }

  private void count(InetAddress client) {
    bySource.merge(Source.of(client), 1, Integer::sum);
    byNetwork.merge(Source.neighbours(client), 1, Integer::sum);
  }

  /** A balancer's connection, whose client is not known yet. */
  synchronized Admission enterBalancer(InetAddress balancer) {
    if (open >= bounds.all()) {
      return Admission.FULL;
    }
    int before = byBalancer.getOrDefault(balancer, 0);
    if (before > 0 && before >= (bounds.all() - open) / BALANCER_PART_OF_FREE) {
      return Admission.BALANCER_LIMIT;
    }
    byBalancer.merge(balancer, 1, Integer::sum);
    open++;
    return Admission.ACCEPTED;
  }

  /** The balancer named its client, for which the connection counts from now on if accepted. */
  synchronized Admission identify(InetAddress balancer, InetAddress client) {
    Admission admission = admission(client, bounds.all() - open + 1); // its own place is free
    if (admission == Admission.ACCEPTED) {
      count(client);
      uncount(byBalancer, balancer);
    }
    return admission;
  }

  /** The opposite of an accepted {@link #identify}: another bound refused the client. */
  synchronized void unidentify(InetAddress balancer, InetAddress client) {
    uncount(client);
    byBalancer.merge(balancer, 1, Integer::sum);
  }

  /** One address may have all connections: it is a proxy's, and stands for all clients. */
  boolean oneAddressIsAll() {
    return bounds.oneAddressIsAll();
  }

  synchronized void leave(InetAddress client) {
    uncount(client);
    left();
  }

  /** The end of a connection whose client was never accepted. */
  synchronized void leaveBalancer(InetAddress balancer) {
    uncount(byBalancer, balancer);
    left();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // its callers hold the lock
  private void left() {
    open--;
    notifyAll();
  }

  private void uncount(InetAddress client) {
    uncount(bySource, Source.of(client));
    uncount(byNetwork, Source.neighbours(client));
  }

  private static <K> void uncount(Map<K, Integer> counts, K key) {
    counts.computeIfPresent(key, (any, count) -> count == 1 ? null : count - 1);
  }

  public int open() {
    return open;
  }

  void stop() {
    stopping = true;
  }

  @Override
  public boolean stressed() {
    return open * 5L >= bounds.all() * 4L;
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
