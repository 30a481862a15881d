package io.postern.api.signin;

import io.quarkus.security.identity.SecurityIdentity;
import java.util.Optional;

/** How an identity has signed in. Stateless. */
public final class Sessions {
  private Sessions() {}

  /** Whether the caller may only set up the second factor that is demanded. */
  public static boolean lacksSecondFactor(SecurityIdentity identity) {
    return Boolean.TRUE.equals(identity.getAttribute(SignIn.LACKS_SECOND_FACTOR));
  }

  /**
   * The version of the local user whose password the identity showed; empty: it showed a token,
   * which gives no further one.
   */
  public static Optional<String> byPassword(SecurityIdentity identity) {
    return Optional.ofNullable(identity.getAttribute(SignIn.BY_PASSWORD));
  }
}
