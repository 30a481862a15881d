package io.postern.api.signin;

import io.quarkus.security.identity.SecurityIdentity;
import java.time.Instant;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;

/**
 * The session of a token that a request shows. Immutable.
 *
 * @param id of the token, not the token
 * @param expires of the token
 */
public record OpenSession(String id, Instant expires) {
  /** Attribute of an identity. */
  static final String ATTRIBUTE = "postern.session";

  /** The same of one that an emergency key has signed. */
  static final String EMERGENCY = "postern.emergency";

  /** Whether the caller shows a token of an emergency key. */
  public static boolean isEmergency(SecurityIdentity identity) {
    return Boolean.TRUE.equals(identity.getAttribute(EMERGENCY));
  }

  static OpenSession of(JwtClaims claims) throws MalformedClaimException {
    return new OpenSession(
        claims.getJwtId(), Instant.ofEpochMilli(claims.getExpirationTime().getValueInMillis()));
  }

  /** Empty: the caller shows a password, or a provider's token without an id. */
  public static Optional<OpenSession> of(SecurityIdentity identity) {
    return Optional.ofNullable(identity.getAttribute(ATTRIBUTE));
  }
}
