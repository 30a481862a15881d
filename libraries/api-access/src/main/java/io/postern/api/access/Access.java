package io.postern.api.access;

import io.postern.contracts.v1.EndedSession;
import io.postern.contracts.v1.UserAccess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The roles of a user, and which tokens of the user are refused. Immutable.
 *
 * @param local false: a user of the OpenID provider, whose roles are in the token
 * @param version of a local user, another one after each change: a token of another one is refused,
 *     whenever it was made; empty of others
 * @param lacksSecondFactor it is demanded of the local user, who has no roles until it is set up
 * @param notBeforeMillis tokens that were issued before it are refused
 * @param ended sessions that were ended, with the expiry of their tokens in Unix milliseconds
 */
public record Access(
    boolean local,
    List<String> roles,
    String version,
    boolean lacksSecondFactor,
    long notBeforeMillis,
    Map<String, Long> ended) {
  /** The name under which the sessions of all users are ended. */
  public static final String ALL = "*";

  /** No token lives longer, so nothing is kept longer about ended sessions. */
  public static final Duration LONGEST_TOKEN = Duration.ofHours(12);

  /** Of a user of whom nothing is known for certain: no token is good. */
  static final Access UNKNOWN = new Access(false, List.of(), "", false, Long.MAX_VALUE, Map.of());

  public Access {
    roles = List.copyOf(roles);
    ended = Map.copyOf(ended);
  }

  /** Whether a token of this session still stands for the user. */
  public boolean allows(String session, long issuedMillis) {
    return issuedMillis >= notBeforeMillis && !ended.containsKey(session);
  }

  public static Access of(UserAccess record) {
    Map<String, Long> ended = new TreeMap<>();
    for (EndedSession one : record.getEndedList()) {
      ended.put(one.getSession(), one.getExpiresMillis());
    }
    return new Access(
        record.getLocal(),
        record.getRolesList(),
        record.getVersion(),
        record.getSecondFactorMissing(),
        record.getNotBeforeMillis(),
        ended);
  }

  /** The same access gives the same bytes. */
  public UserAccess record(String name) {
    UserAccess.Builder record =
        UserAccess.newBuilder()
            .setUser(name)
            .setLocal(local)
            .addAllRoles(roles)
            .setVersion(version)
            .setSecondFactorMissing(lacksSecondFactor)
            .setNotBeforeMillis(notBeforeMillis);
    new TreeMap<>(ended)
        .forEach(
            (session, expires) ->
                record.addEnded(
                    EndedSession.newBuilder().setSession(session).setExpiresMillis(expires)));
    return record.build();
  }
}
