package io.postern.delivery.nexthop;

import io.postern.dns.DnsFailureException;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a host in the DNS.
 *
 * @param known in the order in which they are to be tried
 * @param failure of one question or both: the host may have others; null: these are all
 */
public record HostAddresses(List<InetAddress> known, @Nullable DnsFailureException failure) {
  public HostAddresses {
    known = List.copyOf(known);
  }
}
