package io.postern.console.web.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Links that sign one user in once, by a token that was got for the user's password. They are of
 * this replica, the newest hundred, for ten minutes. Any thread.
 */
@Singleton
class SignInLinks {
  static final Duration LASTS = Duration.ofMinutes(10);
  private static final int MOST = 100;
  private static final int CODE_BYTES = 24;

  private final SecureRandom random = new SecureRandom();
  private final Cache<String, Link> links =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(LASTS).build();

  private record Link(String user, String token) {
    /** Without the token. */
    @Override
    public String toString() {
      return user;
    }
  }

  /** The code of a link for the user. */
  String code(String user, String token) {
    byte[] bytes = new byte[CODE_BYTES];
    random.nextBytes(bytes);
    String code = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    links.put(code, new Link(user, token));
    return code;
  }

  /** Whose link it is; empty: it is none, or not any more. */
  Optional<String> owner(String code) {
    return Optional.ofNullable(links.getIfPresent(code)).map(Link::user);
  }

  /** The token, the first time; empty: there is no such code any more. */
  Optional<String> token(String code) {
    return Optional.ofNullable(links.asMap().remove(code)).map(Link::token);
  }
}
