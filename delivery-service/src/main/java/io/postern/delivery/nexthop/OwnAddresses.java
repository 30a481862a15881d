package io.postern.delivery.nexthop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;

/**
 * Where senders reach our ingress: a mail host there is ourselves, whatever its name (RFC 5321
 * §5.1). The port counts, since another server may stand at the same address. Any thread.
 */
public final class OwnAddresses {
  private final Set<InetSocketAddress> addresses;
  private final Set<Integer> interfacePorts;
  private final InterfaceAddresses interfaces;

  /**
   * @param addresses those that lead to us, behind NAT and balancers as well
   * @param interfacePorts ports at which every address of this machine's interfaces leads to us
   */
  public OwnAddresses(Set<InetSocketAddress> addresses, Set<Integer> interfacePorts) {
    this.addresses = Set.copyOf(addresses);
    this.interfacePorts = Set.copyOf(interfacePorts);
    this.interfaces = InterfaceAddresses.ofThisMachine();
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

  private boolean isOnThisMachine(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || interfaces.contains(address);
  }
}
