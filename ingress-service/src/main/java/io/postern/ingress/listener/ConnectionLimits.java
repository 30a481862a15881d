package io.postern.ingress.listener;

import io.postern.bounds.Share;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.session.Load;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of open connections, in all, per network and per address.
 *
 * <p>One address has so many at most, and never more than a quarter of the free ones: so N
 * addresses that take all they can leave some (4/5)^N to the others, a few to each. Its network has
 * half of the free ones at most, so an owner of 256 neighbouring addresses leaves two thirds, and N
 * such owners (2/3)^N.
 *
 * <p>A connection of a balancer that has not named its client yet counts for the balancer only,
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

  private final ConnectionBounds bounds;
  private final Share connections;
  private volatile boolean stopping;

  public ConnectionLimits(ConnectionBounds bounds) {
    this.bounds = bounds;
    this.connections = new Share(bounds.all(), bounds.all());
  }

  /** The place of one connection, from its coming to its end. Owner: the connection's thread. */
  final class Place implements AutoCloseable {
    private Share.@Nullable Held held;

    Admission enter(InetAddress client) {
      return enter(ofClient(client));
    }

    /** A balancer's connection, whose client is not known yet. */
    Admission enterBalancer(InetAddress balancer) {
      return enter(
          List.of(
              new Share.Owner(balancer, bounds.all(), SourceBound.UNNAMED_CONNECTIONS.ofFree())));
    }

    private Admission enter(List<Share.Owner> owners) {
      Share.Held place = connections.holding(owners.toArray(Share.Owner[]::new));
      held = place;
      return connections.free() == 0 ? Admission.FULL : admission(place.whoLacks(1));
    }

    /** The balancer named its client, whose the place is from now on if accepted. */
    Admission identify(InetAddress client) {
      if (held == null) {
        throw new IllegalStateException("no balancer has entered");
      }
      return admission(held.passTo(ofClient(client)));
    }

    @Override
    public void close() {
      if (held != null) {
        held.close();
      }
    }
  }

  Place place() {
    return new Place();
  }

  private List<Share.Owner> ofClient(InetAddress client) {
    Source address = Source.of(client);
    return oneAddressIsAll()
        ? List.of(new Share.Owner(address, bounds.perAddress(), 0))
        : List.of(
            new Share.Owner(address, bounds.perAddress(), SourceBound.CONNECTIONS.ofFree()),
            new Share.Owner(
                Source.neighbours(client),
                bounds.perNetwork(),
                SourceBound.NETWORK_CONNECTIONS.ofFree()));
  }

  private static Admission admission(Share.@Nullable Owner lacks) {
    if (lacks == null) {
      return Admission.ACCEPTED;
    }
    return switch (lacks.key()) {
      case Source source when source.equals(Source.of(source.network())) -> Admission.ADDRESS_LIMIT;
      case Source network -> Admission.NETWORK_LIMIT;
      case InetAddress balancer -> Admission.BALANCER_LIMIT;
      default -> Admission.FULL;
    };
  }

  /** One address may have all connections: it is a proxy's, and stands for all clients. */
  boolean oneAddressIsAll() {
    return bounds.oneAddressIsAll();
  }

  public int open() {
    return (int) (bounds.all() - connections.free());
  }

  void stop() {
    stopping = true;
  }

  @Override
  public boolean stressed() {
    return connections.scarce();
  }

  @Override
  public boolean stopping() {
    return stopping;
  }

  /**
   * Waits until no connection is open: for all places at once.
   *
   * @return false: one still is at the end of the wait
   */
  boolean awaitNone(Duration patience) throws InterruptedException {
    try (Share.Held all =
        connections.await(bounds.all(), patience, new Share.Owner(this, bounds.all(), 0))) {
      return all != null;
    }
  }
}
