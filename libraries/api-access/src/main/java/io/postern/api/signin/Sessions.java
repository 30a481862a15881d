package io.postern.api.signin;

import io.quarkus.security.identity.SecurityIdentity;
import java.util.Optional;

/** How an identity has signed in. Stateless. */
public final class Sessions {
  private Sessions() {}

  /**
   * The version of the local user whose password the identity showed; empty: it showed a token,
   * which gives no further one.
   */
  public static Optional<String> byPassword(SecurityIdentity identity) {
    return Optional.ofNullable(identity.getAttribute(SignIn.BY_PASSWORD));
  }
}
