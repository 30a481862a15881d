package io.postern.certificate.revocation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where one published thing comes from, for whom. Immutable; any thread. */
interface Source<T extends Published> {
  /** Of the same place for the same question; no other has it. */
  String name();

  /** What it is, for messages: "the list". */
  String what();

  /** What was kept of an earlier fetch, verified again; null: nothing. Reads the disk at most. */
  @Nullable Kept<T> kept();

  /**
   * Fetches and verifies it; keeps it, unless it is stale or older than {@code held}.
   *
   * @throws FetchException for whatever did not come, or is not by whom it should be
   */
  T fetch(@Nullable T held, Instant now) throws FetchException, InterruptedException;

  /**
   * @param fetchedAt when it came
   */
  record Kept<T>(T published, Instant fetchedAt) {}
}
