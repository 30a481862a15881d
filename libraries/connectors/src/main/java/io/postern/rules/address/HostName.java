package io.postern.rules.address;

import io.postern.names.DomainNames;
import java.net.InetAddress;

/** The name or address of a next hop. Pure. */
public final class HostName {
  private HostName() {}

  /** One spelling of a name or address. */
  public static String normal(String text) {
    return IpAddress.parse(text) == null
        ? DomainNames.normal(text)
        : InetAddress.ofLiteral(text).getHostAddress();
  }
}
