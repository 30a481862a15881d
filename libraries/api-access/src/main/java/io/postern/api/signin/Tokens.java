package io.postern.api.signin;

import io.postern.api.access.Access;
import io.postern.api.access.AccessState;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Tokens that stand for a local user's password for some hours. They name the user and the session,
 * and no rights: the roles are those that the user has at each request. Any thread.
 */
@ApplicationScoped
public class Tokens {
  /** Of a token. */
  public static final Duration LONGEST = Access.LONGEST_TOKEN;

  static final String KIND = "postern";

  /** Of a password whose user has a second factor, which is still missing. */
  static final String PASSWORD_SHOWN = "postern-password";

  /** Until a code of it must be given. */
  static final Duration CODE_PATIENCE = Duration.ofMinutes(5);

  /** Claim of the user's version. */
  static final String VERSION = "ver";

  private final SignedClaims signed;
  private final AccessState access;

  Tokens(SignedClaims signed, AccessState access) {
    this.signed = signed;
    this.access = access;
  }

  /** Empty: the token is not good, or no longer. */
  Optional<SecurityIdentity> identity(String token) {
    try {
      JwtClaims claims = signed.read(KIND, token);
      OpenSession session = OpenSession.of(claims);
      return local(claims)
          .map(user -> SignIn.identity(user).addAttribute(OpenSession.ATTRIBUTE, session).build());
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }

  /** Empty: the token is not good, or no longer. */
  Optional<LocalUser> user(String token) {
    try {
      return local(signed.read(KIND, token));
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }

  /** Who has shown the password by which it was made; empty: it is not good, or no longer. */
  Optional<LocalUser> passwordShown(String token) {
    try {
      return local(signed.read(PASSWORD_SHOWN, token));
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }

  /** With the roles of now; empty: there is no such local user, or it was changed since. */
  private Optional<LocalUser> local(JwtClaims claims) throws MalformedClaimException {
    String name = claims.getSubject();
    String version = claims.getClaimValue(VERSION, String.class);
    return access
        .find(name)
        .filter(Access::local)
        .filter(one -> one.version().equals(version))
        .map(one -> new LocalUser(name, one.roles(), one.version(), one.lacksSecondFactor()));
  }
}
