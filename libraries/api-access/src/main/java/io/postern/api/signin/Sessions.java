package io.postern.api.signin;

import io.quarkus.security.identity.SecurityIdentity;

/** How an identity has signed in. Stateless. */
public final class Sessions {
  private Sessions() {}

  /** Whether the identity showed a password, not a token: a token gives no further one. */
  public static boolean isByPassword(SecurityIdentity identity) {
    return Boolean.TRUE.equals(identity.getAttribute(SignIn.BY_PASSWORD));
  }
}
