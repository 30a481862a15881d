package io.postern.api.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.postern.api.audit.AccessAudit;
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
 * not block. Bounds: 1,000 tokens; questions in progress as {@link AttemptPlaces} allows.
 */
@DefaultBean
@ApplicationScoped
class AskedPasswords implements PasswordCheck {
  private static final Duration REMEMBERED = Duration.ofMinutes(15);
  private static final int MOST_REMEMBERED = 1_000;
  private static final int MOST_CHARACTERS = 1_000;

  /** For a user who was made a moment ago, whom the topic brings. */
  private static final Duration NEWS = Duration.ofSeconds(2);

  private static final Duration LOOK = Duration.ofMillis(50);

  private final PolicySessions policy;
  private final Tokens tokens;
  private final AccessAudit audit;
  private final Slowing clients = new Slowing(Ticker.systemTicker()); // policy-service slows
  private final AttemptPlaces places = new AttemptPlaces(clients);
  private final PasswordMac mac = new PasswordMac();
  private final Cache<String, String> right =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  AskedPasswords(PolicySessions policy, Tokens tokens, AccessAudit audit) {
    this.audit = audit;
    this.policy = policy;
    this.tokens = tokens;
  }

  @Override
  public Uni<LocalUser> user(
      String name, String password, String code, @Nullable SocketAddress client) {
    String hash = mac.of(name, "", password);
    try {
      Optional<LocalUser> known =
          Optional.ofNullable(right.getIfPresent(hash)).flatMap(tokens::user);
      if (known.isPresent()) {
        audit.signedIn(name, Network.of(client), "password");
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
    String network = Network.of(client);
    Share.Held place = places.take(name, network);
    if (place == null) {
      return Uni.createFrom()
          .failure(new AuthenticationFailedException(new TooManyAttemptsException()));
    }
    return policy
        .byPassword(name, password, client == null ? null : client.hostAddress())
        .invoke(token -> clients.right(name, network))
        .onFailure(failure -> failure.getCause() instanceof CodeMissingException)
        .invoke(failure -> clients.right(name, network)) // the password was
        .onTermination()
        .invoke(place::close);
  }
}
