package io.postern.api.signin;

import io.postern.bounds.Share;
import org.jspecify.annotations.Nullable;

/**
 * Places for passwords that wait or are compared. Strangers' have 64, of which a network has four;
 * a user has four more in a network from which it has signed in, whom strangers cannot crowd out.
 * Any thread; does not block.
 */
final class AttemptPlaces {
  private static final int OF_A_LANE = 4;
  private static final int OF_STRANGERS = 64;

  private final Slowing slowing;
  private final Share strangers = new Share(OF_STRANGERS, OF_A_LANE);
  private final Share signedIn = new Share(Long.MAX_VALUE, OF_A_LANE);

  /**
   * @param slowing knows who has signed in, and from where
   */
  AttemptPlaces(Slowing slowing) {
    this.slowing = slowing;
  }

  /** Null: there is none. */
  Share.@Nullable Held take(String name, String network) {
    return slowing.isKnown(name, network)
        ? signedIn.take(name + " " + network, 1)
        : strangers.take(network, 1);
  }
}
