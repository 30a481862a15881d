package io.postern.api.signin;

import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of people at a browser: a token as {@link TokensResource} gives it, for a name and a
 * password, or for a user who was named by a sign-in link. Any thread; does not block.
 */
@ApplicationScoped
public class Sessions {
  /** As long as a token. */
  public static final Duration LASTS = Tokens.LONGEST;

  private final Passwords passwords;
  private final Users users;
  private final Tokens tokens;

  Sessions(Passwords passwords, Users users, Tokens tokens) {
    this.passwords = passwords;
    this.users = users;
    this.tokens = tokens;
  }

  /**
   * The token for a user who shows the password. Fails with {@link AuthenticationFailedException};
   * where it has a cause, nobody has looked at the password, and it may be tried later.
   *
   * @param client its address, by whose network wrong passwords are slowed
   */
  public Uni<String> token(String name, String password, @Nullable SocketAddress client) {
    return passwords.user(name, password, Network.of(client)).map(this::issued);
  }

  /** The token for a user who was let in otherwise; empty: there is no such user any more. */
  public Optional<String> token(String name) {
    return users.find(name).map(this::issued);
  }

  /** Whether the identity showed a password, not a token: a token gives no further one. */
  public static boolean isByPassword(SecurityIdentity identity) {
    return Boolean.TRUE.equals(identity.getAttribute(SignIn.BY_PASSWORD));
  }

  private String issued(User user) {
    return tokens.issue(user, Instant.now().plus(LASTS).truncatedTo(ChronoUnit.SECONDS));
  }
}
