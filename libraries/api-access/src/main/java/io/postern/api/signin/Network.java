package io.postern.api.signin;

import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The network of a client, as one customer of a provider has it: an IPv4 address, or an IPv6 /64.
 */
public final class Network {
  private static final int PREFIX_BYTES = 8;

  private Network() {}

  /** "unknown" for a client without an address of the Internet. */
  public static String of(@Nullable SocketAddress client) {
    String address = client == null ? null : client.hostAddress();
    if (address == null) {
      return "unknown";
    }
    try {
      InetAddress ip = InetAddress.ofLiteral(address);
      if (ip instanceof Inet6Address) {
        byte[] prefix = ip.getAddress();
        Arrays.fill(prefix, PREFIX_BYTES, prefix.length, (byte) 0);
        return InetAddress.getByAddress(prefix).getHostAddress() + "/64";
      }
      return ip.getHostAddress();
    } catch (IllegalArgumentException | UnknownHostException e) {
      return "unknown"; // no address of the Internet
    }
  }
}
