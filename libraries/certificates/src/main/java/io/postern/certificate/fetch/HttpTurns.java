package io.postern.certificate.fetch;

import io.postern.certificate.fetch.Shares.ShareRequest;
import java.time.Duration;

/**
 * Turns at fetching: so many at one time in all, so many at one host, and at the hosts of one
 * domain, its {@linkplain ParentDomain#lastTwoLabels last two labels}, a quarter of all, but as
 * many as at one host. A fetch beyond that waits, first come, first served; for the host's turn
 * before its domain's and for this before one of all, so that fetches from a slow host, or from the
 * many names of one domain, leave the rest to others. The owner of a slow domain makes the fetches
 * of others below its public suffix wait ({@code co.uk}), and with four of them all fetches. Any
 * thread.
 */
final class HttpTurns {
  private final Shares all;
  private final Shares hosts;
  private final Shares domains;

  HttpTurns(int inAll, int perHost) {
    this.all = new Shares(inAll);
    this.hosts = new Shares(perHost);
    this.domains = new Shares(Math.max(perHost, inAll / 4));
  }

  /**
   * @throws FetchException BUSY: no turn within the patience
   */
  Shares.Turn take(String host, int port, Duration patience)
      throws FetchException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    return Shares.take(
        end,
        new ShareRequest(hosts, host + ":" + port, "too much is being fetched from this host"),
        new ShareRequest(
            domains,
            ParentDomain.lastTwoLabels(host),
            "too much is being fetched from hosts of this domain"),
        new ShareRequest(all, "all", "too much is being fetched"));
  }

  /** With a turn at this host, or waiting for one. */
  int users(String host, int port) {
    return hosts.users(host + ":" + port);
  }

  int hosts() {
    return hosts.names();
  }
}
