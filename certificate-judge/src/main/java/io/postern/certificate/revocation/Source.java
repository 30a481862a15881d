package io.postern.certificate.revocation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where one published thing comes from, for whom. Immutable; any thread. */
interface Source<T extends Published> {
  /** Of the same place for the same question; no other has it. */
  String name();

  /** What it is, for messages: "the list". */
  String what();

  /** As in the evidence. */
  String url();

  /** Whether it may tell of the certificate with this fingerprint. */
  default boolean isAbout(byte[] certificate) {
    return true;
  }

  /** What was kept of an earlier fetch, verified again; null: nothing. Reads the disk at most. */
  @Nullable Kept<T> kept();

  /**
   * Fetches and verifies it; keeps it, unless it is stale or older than what is here. What another
   * replica has fetched meanwhile will do.
   *
   * @throws FetchException for whatever did not come, or is not by whom it should be
   * @throws RestingException when its endpoint is left alone for now
   */
  Kept<T> fetch(Here here, Instant now)
      throws FetchException, RestingException, InterruptedException;

  /** What is kept on disk was used; told once a minute at most. */
  default void used(Instant now) {}

  /** What has become on disk of what was fetched then. Reads the disk at most. */
  default OnDisk onDisk(Instant fetchedAt) {
    return OnDisk.SAME;
  }

  /** What became of a file. */
  enum OnDisk {
    SAME,
    /** Another replica has written it. */
    NEWER,
    GONE
  }

  /**
   * What a fetch is to renew.
   *
   * @param newest thisUpdate of the newest that was here; null: none
   * @param fetchedAt when the last came
   * @param overtaken something newer is known to be there
   */
  record Here(@Nullable Instant newest, Instant fetchedAt, boolean overtaken) {}

  /**
   * @param fetchedAt when it came
   * @param shared another replica has fetched it
   */
  record Kept<T>(T published, Instant fetchedAt, boolean shared) {}
}
