package io.postern.delivery.route;

import java.net.InetSocketAddress;
import java.util.HexFormat;

/**
 * One address of one host.
 *
 * @param host its name, as dialled
 */
public record Target(String host, InetSocketAddress address) {
  /** One IPv4 address, or all of an IPv6 network that one owner has: they share their slots. */
  public String place() {
    byte[] octets = address.getAddress().getAddress();
    return octets.length == 4
        ? address.getAddress().getHostAddress()
        : HexFormat.of().formatHex(octets, 0, 8) + "/64";
  }

  public String shown() {
    String ip = address.getAddress().getHostAddress();
    return (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + address.getPort();
  }
}
