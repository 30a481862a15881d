package io.postern.api.users;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.api.access.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that were ended before their tokens expire, by user: the content of a file next to the
 * users' file. Nothing secret is in it. Immutable; any thread.
 *
 * <p>Bounds: of a user the last 50 sessions; one more ends all sessions of the user. Local users,
 * of whom there are 1,000, and those whose sessions an operator ends have a place in any case.
 * Users of the OpenID provider who end their own have 10,000 places together.
 */
record SessionList(Map<String, UserSessions> users) {
  static final SessionList EMPTY = new SessionList(Map.of());
  static final int MOST_OF_USER = 50;
  static final int MOST_OWN = 10_000;

  private static final long SKEW_MILLIS = 60_000; // of the clocks of our machines
  private static final int MOST_BYTES = 64 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  SessionList {
    users = Map.copyOf(users);
  }

  /** What is in force where the list of ended sessions is lost: all sessions have ended. */
  static SessionList lost(long now) {
    return EMPTY.ended(Access.ALL, now);
  }

  /**
   * @throws IllegalStateException it is none: a sentence that names the file and the cure
   */
  static SessionList parse(Path file, byte[] content) throws IOException {
    if (content.length <= MOST_BYTES) {
      try {
        SessionList list = JSON.readValue(content, SessionList.class);
        if (list != null) {
          return list;
        }
      } catch (JacksonException | NullPointerException e) {
        throw unusable(file, e);
      }
    }
    throw unusable(file, null);
  }

  private static IllegalStateException unusable(Path file, @Nullable Exception cause) {
    return new IllegalStateException(
        "postern.api.users-file: "
            + file
            + " next to it is not valid JSON of ended sessions: delete it and restart"
            + " policy-service, which ends all sessions",
        cause);
  }

  byte[] bytes() throws IOException {
    return JSON.writeValueAsBytes(new SessionList(users));
  }

  UserSessions of(String user) {
    return users.getOrDefault(user, UserSessions.NONE);
  }

  /** All sessions of a user end. */
  SessionList ended(String user, long now) {
    // The millisecond that runs has begun before: a token of it ends as well.
    long notBefore = Math.max(now, of(user).notBefore()) + 1;
    return with(user, new UserSessions(notBefore, Map.of()), now);
  }

  /**
   * One session ends.
   *
   * @param expires of its token
   */
  SessionList ended(String user, String session, long expires, long now) {
    UserSessions before = open(now).getOrDefault(user, UserSessions.NONE);
    if (before.ended().size() >= MOST_OF_USER && !before.ended().containsKey(session)) {
      return ended(user, now);
    }
    Map<String, Long> ended = new TreeMap<>(before.ended());
    ended.put(session, expires);
    return with(user, new UserSessions(before.notBefore(), ended), now);
  }

  private SessionList with(String user, UserSessions sessions, long now) {
    Map<String, UserSessions> all = open(now);
    all.put(user, sessions);
    return new SessionList(all);
  }

  private Map<String, UserSessions> open(long now) {
    Map<String, UserSessions> all = new HashMap<>();
    users.forEach((name, one) -> keep(all, name, one, now));
    return all;
  }

  /** Whether a user who ends own sessions has or finds a place. */
  boolean hasPlace(String user, long now) {
    return UserList.isName(user)
        || users.containsKey(user)
        || open(now).keySet().stream().filter(name -> !UserList.isName(name)).count() < MOST_OWN;
  }

  /** Without what concerns tokens that have expired. */
  private static void keep(
      Map<String, UserSessions> all, String name, UserSessions sessions, long now) {
    Map<String, Long> open = new TreeMap<>(sessions.ended());
    open.values().removeIf(expires -> expires + SKEW_MILLIS < now);
    boolean old = sessions.notBefore() + Access.LONGEST_TOKEN.toMillis() + SKEW_MILLIS < now;
    if (!old || !open.isEmpty()) {
      all.put(name, new UserSessions(sessions.notBefore(), open));
    }
  }
}
