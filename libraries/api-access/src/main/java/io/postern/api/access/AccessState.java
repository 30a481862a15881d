package io.postern.api.access;

import java.util.Optional;

/** Users' roles and ended sessions, as this service knows them. Any thread; does not block. */
public interface AccessState {
  /** False: nothing is known yet, and no token can be checked. */
  boolean isRead();

  /** Empty: no local user has the name, and no session of it was ended. */
  Optional<Access> find(String name);

  /** Whether no session of all users, or of this one, was ended that is the token's. */
  default boolean allows(String name, String session, long issuedMillis) {
    return find(Access.ALL).map(all -> all.allows(session, issuedMillis)).orElse(true)
        && find(name).map(one -> one.allows(session, issuedMillis)).orElse(true);
  }
}
