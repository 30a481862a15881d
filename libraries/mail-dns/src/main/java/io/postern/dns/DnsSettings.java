package io.postern.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which servers are asked, and how.
 *
 * @param servers in order; none: the system's
 * @param timeout of one try
 * @param patience for an answer with its proof, all tries together
 * @param cacheBytes bound of the cache
 * @param rootAnchors the root's DS or DNSKEY records as in a zone file; none: those of IANA that
 *     are built in. Only for {@link Dnssec#VALIDATE}
 */
public record DnsSettings(
    List<InetSocketAddress> servers,
    Duration timeout,
    Duration patience,
    long cacheBytes,
    Dnssec dnssec,
    Optional<Path> rootAnchors) {
  private static final int PORT = 53;

  public DnsSettings {
    servers = List.copyOf(servers);
  }

  /**
   * A server as settings name it: {@code 192.0.2.53}, {@code 192.0.2.53:53}, {@code
   * [2001:db8::1]:53}.
   *
   * @throws IllegalArgumentException it is none
   */
  public static InetSocketAddress server(String text) {
    int colon = text.lastIndexOf(':');
    boolean port = colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
    String host = port ? text.substring(0, colon) : text;
    return new InetSocketAddress(
        InetAddress.ofLiteral(host.replace("[", "").replace("]", "")),
        port ? Integer.parseInt(text.substring(colon + 1)) : PORT);
  }
}
