package io.postern.certificate.fetch;

import java.time.Duration;
import java.util.Optional;

/** The bounds of a fetch whose host a stranger has chosen. */
public interface FetchSettings {
  /**
   * Fetch from loopback, private, link-local and other addresses that are not public. Only for
   * installations whose CAs publish inside their own network: any peer that presents a certificate
   * chooses the URL, and any domain that has mail sent to it the host of its policy.
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
   * most.
   */
  Duration fetchTimeout();

  /** Largest list; policies have their own bound. */
  long maxBytes();

  int maxRedirects();

  /** Fetches at one time; more wait for their turn. */
  int concurrentFetches();

  /** Fetches at one time from one host and port; more wait for their turn. */
  int concurrentFetchesPerHost();
}
