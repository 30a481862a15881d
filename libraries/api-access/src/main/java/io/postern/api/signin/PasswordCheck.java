package io.postern.api.signin;

import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Check of names and passwords of local users: policy-service reads the users' file, the others ask
 * policy-service. Any thread; does not block.
 *
 * <p>All calls fail with {@link io.quarkus.security.AuthenticationFailedException}. Without a cause
 * the password, or the code, is wrong. {@link CodeMissingException} as its cause: the password is
 * right. {@link TooManyAttemptsException} or {@link UnknownAccessException}: it was not looked at.
 */
public interface PasswordCheck {
  /**
   * @param code of the user's second factor, which only policy-service takes; "": none
   * @param client its address, by whose network wrong passwords are slowed
   */
  Uni<LocalUser> user(String name, String password, String code, @Nullable SocketAddress client);

  /**
   * The second step of a sign-in, at policy-service only.
   *
   * @param shown who has shown the password
   */
  default Uni<LocalUser> user(LocalUser shown, String code, @Nullable SocketAddress client) {
    return Uni.createFrom().failure(new AuthenticationFailedException());
  }

  /** The token of a new session, as long as a token lasts. */
  Uni<String> token(String name, String password, @Nullable SocketAddress client);
}
