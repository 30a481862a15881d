package io.postern.certificate.revocation.store;

import io.postern.certificate.fetch.FetchSettings;
import java.nio.file.Path;
import java.time.Duration;

/** The bounds of fetching and keeping revocation lists. */
public interface RevocationSettings extends FetchSettings {
  /** Folder of the lists on disk; made if missing. */
  Path cacheFolder();

  /** Lists on disk in all; the ones that were not used for the longest time go first. */
  long cacheBytes();

  /**
   * How long an endpoint that failed is not tried again; twice as long at each failure in a row.
   */
  Duration failureMemory();

  /** The longest that an endpoint that keeps failing is not tried again. */
  Duration failureMemoryLongest();

  /**
   * A list in use is fetched again after this time, or after a quarter of the rest of its life
   * where that is shorter.
   */
  Duration refreshAfter();
}
