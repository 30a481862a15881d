package io.postern.log.rules;

import io.postern.contracts.Owner;
import java.util.Map;

/**
 * The deliveries of one partition whose "still open" counted, for readers that keep no state of
 * recipients. Bounded: of more than 100,000 every reader forgets the oldest; the watches of all
 * owners together are far smaller.
 *
 * <p>Owner: one thread.
 */
public final class StillOpenDeliveries {
  private static final int MOST = 100_000;

  private record Key(Owner owner, AttemptKey attempt) {}

  private final Map<Key, Boolean> open = new Newest<>(MOST);

  /** A "still open" counted. */
  public void add(Owner owner, AttemptKey attempt) {
    open.put(new Key(owner, attempt), true);
  }

  public boolean has(Owner owner, AttemptKey attempt) {
    return open.containsKey(new Key(owner, attempt));
  }

  /** An outcome behind it has counted. */
  public void ended(Owner owner, AttemptKey attempt) {
    open.remove(new Key(owner, attempt));
  }
}
