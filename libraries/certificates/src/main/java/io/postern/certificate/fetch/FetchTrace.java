package io.postern.certificate.fetch;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * The course of one fetch, as far as it came. Immutable.
 *
 * @param hops the hosts asked: the URL's host, and one for each redirect; behind a proxy, the proxy
 * @param took from its beginning to its end
 */
public record FetchTrace(List<Hop> hops, Duration took) {
  public static final FetchTrace NONE = new FetchTrace(List.of(), Duration.ZERO);

  public FetchTrace {
    hops = List.copyOf(hops);
  }

  /**
   * A host that was asked.
   *
   * @param addresses empty: its name did not resolve
   * @param proxy it is the proxy
   */
  public record Hop(String host, int port, List<InetAddress> addresses, boolean proxy) {
    public Hop {
      addresses = List.copyOf(addresses);
    }
  }
}
