package io.postern.certificate.revocation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** How revocation lists are fetched and kept. */
@ConfigMapping(prefix = "postern.revocation")
public interface RevocationSettings {
  /**
   * Fetch from loopback, private, link-local and other addresses that are not public. Only for
   * installations whose CAs publish inside their own network: whoever presents a certificate
   * chooses the URL.
   */
  @WithDefault("false")
  boolean allowPrivateTargets();

  /** Folder of the lists on disk; made if missing. */
  @WithDefault("data/crls")
  Path cacheFolder();

  /** Lists on disk in all; the ones that were not used for the longest time go first. */
  @WithDefault("1073741824")
  long cacheBytes();

  /** Time to resolve a name, and to connect. */
  @WithDefault("2s")
  Duration connectTimeout();

  /** Time for a whole fetch, redirects included; no question waits longer for its lists. */
  @WithDefault("5s")
  Duration fetchTimeout();

  /** Largest list. */
  @WithDefault("20971520")
  long maxBytes();

  @WithDefault("3")
  int maxRedirects();

  /** Fetches at one time. */
  @WithDefault("32")
  int concurrentFetches();

  /** Fetches at one time from one host and port. */
  @WithDefault("4")
  int concurrentFetchesPerHost();

  /** How long an endpoint that failed is not tried again. */
  @WithDefault("10s")
  Duration failureMemory();

  /**
   * A list in use is fetched again after this time, or after a quarter of what is left of its life
   * where that is shorter.
   */
  @WithDefault("1h")
  Duration refreshAfter();
}
