package io.postern.api.signin;

import java.util.List;

/**
 * A local user who has shown a password, or a token that stands for one. Immutable.
 *
 * @param version of the user whose password it was, see {@link io.postern.api.access.Access}
 */
public record LocalUser(String name, List<String> roles, String version) {
  public LocalUser {
    roles = List.copyOf(roles);
  }
}
