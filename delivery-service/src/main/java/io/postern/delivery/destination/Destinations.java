package io.postern.delivery.destination;

import io.postern.delivery.position.Ownership;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How many deliveries run to a destination (route) at a time. Who finds no slot waits in line,
 * inside the reader's window. When a destination could not be reached at all, all who wait for it
 * get that failure at once, so that a dead destination keeps nobody in the window for long.
 *
 * <p>Any thread; blocks the calling (virtual) thread only. Bounded by the open deliveries: a
 * destination without any is forgotten.
 */
public final class Destinations {
  private static final long LOOK_UP_MILLIS = 500;

  /** The answer to a wait. */
  public sealed interface Admission {
    /** A slot; give it back. */
    record Granted() implements Admission {}

    /** Somebody else could not reach the destination meanwhile. */
    record Unreachable(String reason, String detail) implements Admission {}

    /** The delivery is no longer ours. */
    record Lost() implements Admission {}
  }

  private static final class Destination {
    private int busy;
    private final Deque<CompletableFuture<Admission>> line = new ArrayDeque<>();
  }

  private final int limit;
  private final Map<String, Destination> destinations = new HashMap<>();
  private int waiting;

  public Destinations(int limit) {
    this.limit = limit;
  }

  /** Waits for a slot as long as the delivery is ours. */
  public Admission acquire(String route, Ownership ownership) throws InterruptedException {
    CompletableFuture<Admission> place = new CompletableFuture<>();
    synchronized (this) {
      Destination destination = destinations.computeIfAbsent(route, r -> new Destination());
      if (destination.busy < limit) {
        destination.busy++;
        return new Admission.Granted();
      }
      destination.line.add(place);
      waiting++;
    }
    try {
      while (ownership.held()) {
        try {
          return place.get(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillWaiting) {
          continue;
        }
      }
      leave(route, place);
      return new Admission.Lost();
    } catch (InterruptedException e) {
      leave(route, place);
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives a slot back. */
  public synchronized void release(String route) {
    Destination destination = destinations.get(route);
    if (destination == null || destination.busy == 0) {
      throw new IllegalStateException("a slot of " + route + " given back twice");
    }
    CompletableFuture<Admission> next = destination.line.poll();
    if (next != null) {
      waiting--;
      next.complete(new Admission.Granted());
      return;
    }
    if (--destination.busy == 0) {
      destinations.remove(route);
    }
  }

  /** The destination could not be reached: who waits for it gets the same answer. */
  public synchronized void unreachable(String route, String reason, String detail) {
    Destination destination = destinations.get(route);
    if (destination != null) {
      waiting -= destination.line.size();
      destination.line.forEach(place -> place.complete(new Admission.Unreachable(reason, detail)));
      destination.line.clear();
    }
  }

  /** Deliveries that run. */
  public synchronized int busy() {
    return destinations.values().stream().mapToInt(d -> d.busy).sum();
  }

  /** Deliveries that wait for a slot. */
  public synchronized int waiting() {
    return waiting;
  }

  private synchronized void leave(String route, CompletableFuture<Admission> place) {
    Destination destination = destinations.get(route);
    if (destination != null && destination.line.remove(place)) {
      waiting--;
    } else if (place.getNow(new Admission.Lost()) instanceof Admission.Granted) {
      release(route);
    }
  }
}
