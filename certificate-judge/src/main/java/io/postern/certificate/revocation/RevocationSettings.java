package io.postern.certificate.revocation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How revocation lists are fetched and kept. */
public interface RevocationSettings {
  /**
   * Fetch from loopback, private, link-local and other addresses that are not public. Only for
   * installations whose CAs publish inside their own network: whoever presents a certificate
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

  /** Folder of the lists on disk; made if missing. */
  Path cacheFolder();

  /** Lists on disk in all; the ones that were not used for the longest time go first. */
  long cacheBytes();

  /** Time to resolve a name, and to connect. */
  Duration connectTimeout();

  /** Time for a whole fetch, redirects included; no question waits longer for its lists. */
  Duration fetchTimeout();

  /** Largest list. */
  long maxBytes();

  int maxRedirects();

  /** Fetches at one time. */
  int concurrentFetches();

  /** Fetches at one time from one host and port. */
  int concurrentFetchesPerHost();

  /**
   * How long an endpoint that failed is not tried again; twice as long at each failure in a row.
   */
  Duration failureMemory();

  /** The longest that an endpoint that keeps failing is not tried again. */
  Duration failureMemoryLongest();

  /**
   * A list in use is fetched again after this time, or after a quarter of what is left of its life
   * where that is shorter.
   */
  Duration refreshAfter();
}
