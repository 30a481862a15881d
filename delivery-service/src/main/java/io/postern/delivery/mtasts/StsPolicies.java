package io.postern.delivery.mtasts;

import io.postern.contracts.v1.StsPolicyState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The policies that were fetched. Any thread. */
public interface StsPolicies {
  /** The newest state of a domain, in force or not; null: none is known. Does not block. */
  @Nullable StsPolicyState known(String domain);

  /** Asks for the policy of an id, unless that was done a moment ago. Does not wait for it. */
  void ask(String domain, String id);

  /**
   * The same, and waits for an answer about that id, as long as {@code patience} at most; not at
   * all where nobody has answered about the domain a moment ago.
   *
   * @param before the state that will not do: it has ended, or its failure is long ago
   * @return the newest state then; null: none is known
   */
  @Nullable StsPolicyState awaited(
      String domain, String id, @Nullable StsPolicyState before, Duration patience)
      throws InterruptedException;
}
