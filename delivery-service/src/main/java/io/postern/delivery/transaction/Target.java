package io.postern.delivery.transaction;

import java.net.InetSocketAddress;

/**
 * One address of one host.
 *
 * @param host its name, as dialled
 */
record Target(String host, InetSocketAddress address) {
  String shown() {
    String ip = address.getAddress().getHostAddress();
    return (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + address.getPort();
  }
}
