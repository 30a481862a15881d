package io.postern.api.users;

import java.util.List;

/**
 * A user of the file. Immutable.
 *
 * @param name 1 to 64 letters, digits, dots, hyphens, underscores, at signs
 * @param password its hash, see {@link PasswordHash}; of a generated user, whose password is in the
 *     credentials file, of the last one that was seen there
 * @param roles see {@link io.postern.api.Rights}
 * @param version another one after each change: tokens and remembered passwords end with it
 * @param changed RFC 3339, UTC
 * @param generated as it was made at first start
 */
public record User(
    String name,
    String password,
    List<String> roles,
    String version,
    String changed,
    boolean generated) {
  public User {
    roles = List.copyOf(roles);
  }

  /** Without the hash. */
  @Override
  public String toString() {
    return name + " " + roles;
  }
}
