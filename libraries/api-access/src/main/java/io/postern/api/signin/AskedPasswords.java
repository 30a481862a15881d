package io.postern.api.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.bounds.Share;
import io.quarkus.arc.DefaultBean;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Check of passwords by policy-service, for the services that have none. The token that it gives
 * for a right password is remembered for 15 minutes under a hash with a key of this process, so
 * that Basic costs no question at each request; it ends with the user's sessions. Any thread; does
 * not block. Bounds: 1,000 tokens; questions in progress as {@link Places} allows.
 */
@DefaultBean
@ApplicationScoped
class AskedPasswords implements PasswordCheck {
  private static final Duration REMEMBERED = Duration.ofMinutes(15);
  private static final int MOST_REMEMBERED = 1_000;
  private static final int OF_A_LANE = 4;
  private static final int OF_STRANGERS = 64;
  private static final int MOST_CHARACTERS = 1_000;

  /** For a user who was made a moment ago, whom the topic brings. */
  private static final Duration NEWS = Duration.ofSeconds(2);

  private static final Duration LOOK = Duration.ofMillis(50);

  private final PolicySessions policy;
  private final Tokens tokens;
  private final Share places = new Share(OF_STRANGERS, OF_A_LANE);
  private final PasswordMac mac = new PasswordMac();
  private final Cache<String, String> right =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  AskedPasswords(PolicySessions policy, Tokens tokens) {
    this.policy = policy;
    this.tokens = tokens;
  }

  @Override
  public Uni<LocalUser> user(String name, String password, @Nullable SocketAddress client) {
    String hash = mac.of(name, "", password);
    try {
      Optional<LocalUser> known =
          Optional.ofNullable(right.getIfPresent(hash)).flatMap(tokens::user);
      if (known.isPresent()) {
        return Uni.createFrom().item(known.get());
      }
    } catch (UnknownAccessException e) {
      return Uni.createFrom().failure(new AuthenticationFailedException(e));
    }
    return token(name, password, client)
        .invoke(token -> right.put(hash, token))
        .flatMap(
            token ->
                Uni.createFrom()
                    .item(found(token))
                    .onFailure(NotYet.class)
                    .retry()
                    .withBackOff(LOOK, LOOK)
                    .expireIn(NEWS.toMillis()))
        .onFailure(failure -> !(failure instanceof AuthenticationFailedException))
        .transform(
            failure ->
                new AuthenticationFailedException(
                    new UnknownAccessException("the topic access does not have the user yet")));
  }

  /** No failure of the caller: the topic has not brought the user. */
  private static final class NotYet extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotYet() {
      super("not yet", null, false, false);
    }
  }

  private Supplier<LocalUser> found(String token) {
    return () -> tokens.user(token).orElseThrow(NotYet::new);
  }

  @Override
  public Uni<String> token(String name, String password, @Nullable SocketAddress client) {
    if (password.length() > MOST_CHARACTERS || name.length() > MOST_CHARACTERS) {
      return Uni.createFrom().failure(new AuthenticationFailedException());
    }
    Share.Held place = places.take(Network.of(client), 1);
    if (place == null) {
      return Uni.createFrom()
          .failure(new AuthenticationFailedException(new TooManyAttemptsException()));
    }
    return policy
        .byPassword(name, password, client == null ? null : client.hostAddress())
        .onTermination()
        .invoke(place::close);
  }
}
