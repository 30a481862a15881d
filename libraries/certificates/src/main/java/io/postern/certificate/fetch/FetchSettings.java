package io.postern.certificate.fetch;

import java.time.Duration;
import java.util.Optional;

/** The bounds of a fetch whose host a stranger has chosen. */
public interface FetchSettings {
  /**
   * Fetch from loopback, private, link-local and other addresses that are not public. Only for
   * installations whose CAs publish inside their own network: any peer that presents a certificate
   * chooses the URL, and any domain to which mail is sent chooses the host of its policy.
   */
  boolean allowPrivateTargets();

  /**
   * HTTP proxy ({@code host:port}) for all fetches. It resolves the names, so it must refuse
   * addresses that are not public. See docs/guides/certificates.md. Default: none, and everything
   * is fetched directly.
   */
  default Optional<String> httpProxy() {
    return Optional.empty();
  }

  /** Time to resolve a name, and to connect. */
  Duration connectTimeout();

  /**
   * Time for a whole fetch, redirects included, and for all revocation lists of one question. A
   * fetch waits as long at most for its turn.
   */
  Duration fetchTimeout();

  /** Largest revocation list. */
  long maxBytes();

  /** Redirects of a fetch, to http only; each target is checked. */
  int maxRedirects();

  /** Concurrent fetches; a quarter of them from the hosts of one domain (its last two labels). */
  int concurrentFetches();

  /** Concurrent fetches from one host and port; more wait for their turn. */
  int concurrentFetchesPerHost();
}
