package io.postern.api.signin;

import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Check of names and passwords of local users: policy-service reads the users' file, the others ask
 * policy-service. Any thread; does not block.
 *
 * <p>Both calls fail with {@link io.quarkus.security.AuthenticationFailedException}. Without a
 * cause the password is wrong. {@link TooManyAttemptsException} or {@link UnknownAccessException}
 * as its cause: it was not looked at.
 */
public interface PasswordCheck {
  /**
   * @param client its address, by whose network wrong passwords are slowed
   */
  Uni<LocalUser> user(String name, String password, @Nullable SocketAddress client);

  /** The token of a new session, as long as a token lasts. */
  Uni<String> token(String name, String password, @Nullable SocketAddress client);
}
