package io.postern.certificate.revocation.store;

import io.postern.certificate.fetch.FetchException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The source of one publication: a place and a question to it. Immutable; any thread. */
public interface Source<T extends Publication> {
  /** Of this place for this question; no other source has it. */
  String name();

  /** Its kind, for messages: "the list". */
  String kind();

  /** As in the evidence. */
  String url();

  /** Whether it may cover the certificate with this fingerprint. */
  default boolean isAbout(byte[] certificate) {
    return true;
  }

  /** The stored copy of an earlier fetch, verified again; null: none. Reads the disk at most. */
  @Nullable StoredCopy<T> stored();

  /**
   * Fetches and verifies the publication; stores it, unless it is stale or older than the stored
   * one. A copy that another replica has fetched meanwhile will do.
   *
   * @throws FetchException the fetch failed, or another certificate has signed it
   * @throws RestingException when its endpoint is left alone for now
   */
  StoredCopy<T> fetch(RefreshRequest wanted, Instant now)
      throws FetchException, RestingException, InterruptedException;

  /** The stored copy was used; called once a minute at most. */
  default void used(Instant now) {}

  /** The stored copy, compared with the one fetched at that time. Reads the disk at most. */
  default FileState onDisk(Instant fetchedAt) {
    return FileState.SAME;
  }

  /** The state of a stored copy. */
  enum FileState {
    SAME,
    /** Another replica has written it. */
    NEWER,
    GONE
  }

  /**
   * The publication that a fetch is to renew.
   *
   * @param newest thisUpdate of the newest that was here; null: none
   * @param fetchedAt when the last came
   * @param overtaken a newer one was announced
   */
  record RefreshRequest(@Nullable Instant newest, Instant fetchedAt, boolean overtaken) {}

  /**
   * @param fetchedAt when it came
   * @param shared another replica has fetched it
   */
  record StoredCopy<T>(T published, Instant fetchedAt, boolean shared) {}
}
