package io.postern.console.web.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Links that sign one user in once. They are of this replica, the newest hundred, for ten minutes.
 * Any thread.
 */
@Singleton
class SignInLinks {
  static final Duration LASTS = Duration.ofMinutes(10);
  private static final int MOST = 100;
  private static final int CODE_BYTES = 24;

  private final SecureRandom random = new SecureRandom();
  private final Cache<String, String> users =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(LASTS).build();

  /** The code of a link for the user. */
  String code(String user) {
    byte[] bytes = new byte[CODE_BYTES];
    random.nextBytes(bytes);
    String code = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    users.put(code, user);
    return code;
  }

  /** Whose link it is; empty: it is none, or not any more. */
  Optional<String> owner(String code) {
    return Optional.ofNullable(users.getIfPresent(code));
  }

  /** The user, the first time; empty: there is no such code any more. */
  Optional<String> user(String code) {
    return Optional.ofNullable(users.asMap().remove(code));
  }
}
