package io.postern.delivery.route;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.HostDemands.Answer.Unusable;
import io.postern.delivery.nexthop.HostAddresses;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.MailHost.Choice;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.nexthop.Resolution;
import io.postern.delivery.nexthop.Resolution.Unroutable;
import io.postern.delivery.position.Ownership;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The addresses to which mail of a next hop may go, in their order (RFC 5321 §5.1), each with what
 * is demanded of a session with it. Hosts, demands and addresses are looked up when it is their
 * turn. Knows no session. Owner: the thread of the walk, once.
 */
public final class Candidates {
  // As many as a connector may name. More by their MX records are for another attempt, which draws
  // another first one: a hostile zone can leave each look-up unanswered.
  private static final int MOST_HOSTS = 20;

  /** Takes what is looked up. */
  public interface LookUps {
    default void resolved(Resolution resolution) {}

    /** What follows is of this host. */
    default void host(MailHost host) {}

    default void demand(HostDemand demand) {}

    /** It must not be used now. */
    default void unusable(MailHost host, Unusable why) {}

    default void addresses(List<InetAddress> usable) {}

    /** A way that leads nowhere now, or a host without an address that may be dialled. */
    default void failed(String reason, String detail) {}
  }

  private final NextHops nextHops;
  private final HostDemands demands;
  private final NextHop hop;
  private final TlsRequirement requirement;
  private final ClientIdentity identity;
  private final Ownership ownership;
  private final LookUps seen;
  private final Iterator<NextHop> ways;
  private final List<MailHost> hosts = new ArrayList<>(); // of all ways so far
  private final Deque<MailHost> ofWay = new ArrayDeque<>(); // whose turn is to come
  private final Deque<SessionKey> ofHost = new ArrayDeque<>();
  private final Map<MailHost, HostAddresses> known = new HashMap<>();
  private int notOurs; // the preference up to which no host of the way is ourselves
  private @Nullable Unroutable permanent;

  public Candidates(
      NextHops nextHops,
      HostDemands demands,
      NextHop hop,
      TlsRequirement requirement,
      ClientIdentity identity,
      Ownership ownership,
      LookUps seen) {
    this.nextHops = nextHops;
    this.demands = demands;
    this.hop = hop;
    this.requirement = requirement;
    this.identity = identity;
    this.ownership = ownership;
    this.seen = seen;
    this.ways = nextHops.ways(hop).iterator();
  }

  /** Null: there is none, or the ownership has ended. */
  public @Nullable SessionKey next() {
    while (ofHost.isEmpty() && ownership.held()) {
      if (!ofWay.isEmpty()) {
        host(ofWay.remove());
      } else if (ways.hasNext() && hosts.size() < MOST_HOSTS && permanent == null) {
        resolve(ways.next());
      } else {
        return null;
      }
    }
    return ofHost.poll();
  }

  /** Those of the same host that are not taken yet; the caller may take one, or put one back. */
  public Deque<SessionKey> ofSameHost() {
    return ofHost;
  }

  /** All hosts so far. */
  public List<MailHost> hosts() {
    return hosts;
  }

  /** The recipients have no host and will have none; null: so far nothing says so. */
  public @Nullable Unroutable permanent() {
    return permanent;
  }

  private void resolve(NextHop way) {
    Resolution resolution = nextHops.resolve(way);
    seen.resolved(resolution);
    switch (resolution) {
      case Unroutable nowhere -> {
        if (nowhere.permanent()) {
          permanent = nowhere;
        } else {
          seen.failed(nowhere.reason(), nowhere.detail());
        }
      }
      case Resolution.Hosts(List<MailHost> found) -> {
        hosts.addAll(found);
        ofWay.addAll(found);
        notOurs = -1;
      }
    }
  }

  private void host(MailHost host) {
    seen.host(host);
    // RFC 5321 §5.1: a relay that is one of the hosts leaves out its own preference and all that
    // are worse.
    if (host.preference() > notOurs) {
      notOurs = host.preference();
      if (leadsBack(host)
          || ofWay.stream().anyMatch(h -> h.preference() == notOurs && leadsBack(h))) {
        ofWay.clear();
        return;
      }
    }
    switch (demands.of(requirement, host)) {
      case Unusable unusable -> {
        seen.unusable(host, unusable);
        seen.failed(unusable.reason(), unusable.detail());
      }
      case HostDemands.Answer.Demand(HostDemand demand) -> {
        seen.demand(demand);
        for (InetAddress address : addresses(host)) {
          Target target = new Target(host.name(), new InetSocketAddress(address, host.port()));
          ofHost.add(new SessionKey(target, hop.getProtocol(), identity, requirement, demand));
        }
      }
    }
  }

  private boolean leadsBack(MailHost host) {
    boolean ours = nextHops.leadsBack(host, this::lookedUp);
    if (ours) {
      seen.failed(
          Reasons.LOOP,
          "the mail would return to this installation: the host "
              + host.name()
              + " has an address of this installation (see postern.delivery.own-addresses)");
    }
    return ours;
  }

  /** The addresses that are dialled are those of which none was found to be ours. */
  private HostAddresses lookedUp(MailHost host) {
    return known.computeIfAbsent(host, nextHops::addresses);
  }

  /** Those that may be dialled. */
  private List<InetAddress> addresses(MailHost host) {
    HostAddresses addresses = lookedUp(host);
    List<InetAddress> allowed =
        addresses.known().stream().filter(a -> nextHops.mayDial(host, a)).toList();
    if (allowed.isEmpty()) {
      without(host, addresses);
      return allowed;
    }
    List<InetAddress> usable = allowed.stream().filter(identity::reaches).toList();
    if (usable.isEmpty()) {
      seen.failed(
          Reasons.SOURCE_ADDRESS_UNAVAILABLE,
          "the host "
              + host.name()
              + " has no address of the family of the source address "
              + identity.sourceAddresses().getFirst().getHostAddress()
              + ": add one of the other family");
    } else {
      seen.addresses(usable);
    }
    return usable;
  }

  private void without(MailHost host, HostAddresses addresses) {
    if (addresses.failure() != null) { // an address that is not known for now may be usable
      String reason = addresses.failure().bogus() ? Reasons.DNSSEC_INVALID : Reasons.DNS_FAILURE;
      seen.failed(reason, addresses.failure().detail());
    } else if (addresses.known().isEmpty()) {
      seen.failed(Reasons.NO_MAIL_HOST, "the host " + host.name() + " has no address");
    } else if (host.chosenBy() == Choice.ADMINISTRATOR) {
      seen.failed(
          Reasons.NEXT_HOP_NOT_APPROVED,
          "the next hop "
              + host.name()
              + " has no public address: "
              + NextHops.CURE); // no administrator learns of the inner network by a name
    } else {
      seen.failed(
          Reasons.PRIVATE_ADDRESS,
          "the host "
              + host.name()
              + " has no public address (see postern.delivery.allow-private-targets"
              + (host.chosenBy() == Choice.SMART_HOST_MX
                  ? "; it is a mail host of the smart host "
                      + host.domain()
                      + ": name it itself as a smart host)"
                  : ")"));
    }
  }
}
