package io.postern.delivery.nexthop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;

/**
 * Where senders reach our ingress: a mail host there is ourselves, whatever its name (RFC 5321
 * §5.1). The port counts, since another server may stand at the same address. Immutable, any
 * thread.
 *
 * @param addresses those that lead to us, behind NAT and balancers as well
 * @param interfacePorts ports at which every address of this machine's interfaces, as they are when
 *     it is asked, leads to us
 */
public record OwnAddresses(Set<InetSocketAddress> addresses, Set<Integer> interfacePorts) {
  public OwnAddresses {
    addresses = Set.copyOf(addresses);
    interfacePorts = Set.copyOf(interfacePorts);
  }

  /** False: nothing at the port is ours, so no address needs to be known. */
  boolean mayBeAt(int port) {
    return interfacePorts.contains(port)
        || addresses.stream().anyMatch(address -> address.getPort() == port);
  }

  boolean has(InetAddress address, int port) {
    return addresses.contains(new InetSocketAddress(address, port))
        || interfacePorts.contains(port) && isOnThisMachine(address);
  }

  private static boolean isOnThisMachine(InetAddress address) {
    try {
      return address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false; // the system tells nothing: then the hop count ends a loop (RFC 5321 §6.3)
    }
  }
}
