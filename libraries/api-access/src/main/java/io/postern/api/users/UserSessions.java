package io.postern.api.users;

import java.util.Map;

/**
 * What was ended of a user's sessions. Immutable.
 *
 * @param notBefore tokens that were issued before it are refused; Unix milliseconds, 0: none was
 * @param ended other sessions that were ended, with the expiry of their tokens
 */
record UserSessions(long notBefore, Map<String, Long> ended) {
  static final UserSessions NONE = new UserSessions(0, Map.of());

  UserSessions {
    ended = ended == null ? Map.of() : Map.copyOf(ended);
  }
}
