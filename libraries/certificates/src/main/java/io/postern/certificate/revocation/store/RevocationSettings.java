package io.postern.certificate.revocation.store;

import io.postern.certificate.fetch.FetchSettings;
import java.nio.file.Path;
import java.time.Duration;

/** The bounds of fetching and keeping revocation lists. */
public interface RevocationSettings extends FetchSettings {
  /**
   * Folder of the revocation lists on disk; made if missing. Replicas may share it: one then
   * fetches a list for all. On a file system without locks each replica fetches its own.
   */
  Path cacheFolder();

  /**
   * Size of all revocation lists on disk, and so of those in use. Lists that no replica has used
   * for longest are removed first.
   */
  long cacheBytes();

  /**
   * How long an endpoint that failed is not tried again. The time doubles with each failure in a
   * row, give or take a quarter.
   */
  Duration failureMemory();

  /** Longest time that an endpoint that keeps failing is not tried again. */
  Duration failureMemoryLongest();

  /**
   * A list in use is fetched again after this time, or after a quarter of its remaining validity if
   * that is shorter.
   */
  Duration refreshAfter();
}
