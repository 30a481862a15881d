package io.postern.api.users;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param secondFactor null: none, not even a begun one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record User(
    String name,
    String password,
    List<String> roles,
    String version,
    String changed,
    boolean generated,
    @Nullable SecondFactor secondFactor) {
  public User {
    roles = List.copyOf(roles);
  }

  /** Whether a sign-in needs a code. */
  public boolean needsCode() {
    return secondFactor != null && secondFactor.complete();
  }

  /** As after a change: tokens and remembered passwords of the former one end. */
  User remade(@Nullable SecondFactor factor) {
    return Users.user(name, password, roles, generated, factor);
  }

  /** The same user, whose sessions go on. */
  User with(SecondFactor factor) {
    return new User(name, password, roles, version, changed, generated, factor);
  }

  /** Without the hash and the secret. */
  @Override
  public String toString() {
    return name + " " + roles;
  }
}
