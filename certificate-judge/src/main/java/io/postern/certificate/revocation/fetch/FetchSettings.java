package io.postern.certificate.revocation.fetch;

import java.time.Duration;
import java.util.Optional;

/** The bounds of a fetch from a URL that stands in a certificate. */
public interface FetchSettings {
  /**
   * Fetch from loopback, private, link-local and other addresses that are not public. Only for
   * installations whose CAs publish inside their own network: any peer that presents a certificate
   * chooses the URL.
   */
  boolean allowPrivateTargets();

  /**
   * The HTTP proxy, host:port, by which everything is fetched; none: directly. It resolves the
   * names, so it must be the one to refuse addresses that are not public.
   */
  default Optional<String> httpProxy() {
    return Optional.empty();
  }

  /** Time to resolve a name, and to connect. */
  Duration connectTimeout();

  /**
   * Time for a whole fetch, redirects included, once it has its turn, for which it waits as long at
   * most; no question waits longer for its lists.
   */
  Duration fetchTimeout();

  /** Largest list. */
  long maxBytes();

  int maxRedirects();

  /** Fetches at one time; more wait for their turn. */
  int concurrentFetches();

  /** Fetches at one time from one host and port; more wait for their turn. */
  int concurrentFetchesPerHost();
}
