package io.postern.api.signin;

import java.util.List;

/** A local user who has shown a password, or a token that stands for one. Immutable. */
public record LocalUser(String name, List<String> roles) {
  public LocalUser {
    roles = List.copyOf(roles);
  }
}
