package io.postern.dns;

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
  public DnsSettings {
    servers = List.copyOf(servers);
  }
}
