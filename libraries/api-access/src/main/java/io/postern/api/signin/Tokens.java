package io.postern.api.signin;

import io.postern.api.users.User;
import io.postern.api.users.Users;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Tokens that stand for a local user's password for some hours. They name the user and the user's
 * version, and no rights: they end when the user is changed or removed. Any thread.
 */
@ApplicationScoped
class Tokens {
  static final Duration LONGEST = Duration.ofHours(12);

  private static final String KIND = "postern";
  private static final String VERSION = "ver";

  private final Users users;
  private final SignedClaims signed;

  Tokens(Users users, SignedClaims signed) {
    this.users = users;
    this.signed = signed;
  }

  String issue(User user, Instant end) {
    JwtClaims claims = new JwtClaims();
    claims.setSubject(user.name());
    claims.setClaim(VERSION, user.version());
    return signed.signed(KIND, claims, Instant.now(), end);
  }

  /** Empty: the token is not good, or not any more. */
  Optional<User> user(String token) {
    try {
      JwtClaims claims = signed.read(KIND, token);
      String version = claims.getStringClaimValue(VERSION);
      return users.find(claims.getSubject()).filter(user -> user.version().equals(version));
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }
}
