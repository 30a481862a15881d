package io.postern.ingress.listener;

import io.postern.rules.address.IpAddress;
import io.postern.rules.address.IpRange;
import java.net.InetAddress;
import java.util.List;

/**
 * The balancers of a listener, which alone may connect to it and name their clients by the PROXY
 * protocol. Immutable.
 *
 * @param ranges empty: there are none, and clients connect themselves
 */
public record Balancers(List<IpRange> ranges) {
  public static final Balancers NONE = new Balancers(List.of());

  public Balancers {
    ranges = List.copyOf(ranges);
  }

  boolean none() {
    return ranges.isEmpty();
  }

  boolean contain(InetAddress address) {
    IpAddress its = IpAddress.of(address);
    return ranges.stream().anyMatch(range -> range.contains(its));
  }
}
