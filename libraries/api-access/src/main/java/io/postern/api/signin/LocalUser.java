package io.postern.api.signin;

import java.util.List;

/**
 * A local user who has shown a password, or a token that stands for one. Immutable.
 *
 * @param version of the user whose password it was, see {@link io.postern.api.access.Access}
 * @param lacksSecondFactor it is demanded of the user, who has no roles until it is set up
 */
public record LocalUser(
    String name, List<String> roles, String version, boolean lacksSecondFactor) {
  public LocalUser {
    roles = List.copyOf(roles);
  }
}
