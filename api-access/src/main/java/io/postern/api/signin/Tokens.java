package io.postern.api.signin;

import io.postern.api.users.User;
import io.postern.api.users.Users;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/**
 * Tokens that stand for a user's password for some hours: a JWT (RFC 7519) signed with HMAC-SHA-256
 * by the key that the services share. It names the user and the user's version, and no rights: it
 * ends when the user is changed or removed. Any thread.
 */
@ApplicationScoped
class Tokens {
  static final Duration LONGEST = Duration.ofHours(12);

  private static final String ISSUER = "postern";
  private static final String VERSION = "ver";
  private static final int SKEW_SECONDS = 30; // of the clocks of our machines
  private static final int MOST_CHARACTERS = 2_000;

  private final Users users;

  Tokens(Users users) {
    this.users = users;
  }

  String issue(User user, Instant end) throws JoseException {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(ISSUER);
    claims.setSubject(user.name());
    claims.setClaim(VERSION, user.version());
    claims.setIssuedAtToNow();
    claims.setExpirationTime(NumericDate.fromSeconds(end.getEpochSecond()));
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims.toJson());
    token.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    token.setKeyIdHeaderValue(ISSUER);
    token.setKey(new HmacKey(users.tokenKey()));
    return token.getCompactSerialization();
  }

  /** Whether it says that it is ours; else a provider's. */
  static boolean isOurs(String token) {
    if (token.length() > MOST_CHARACTERS) {
      return false;
    }
    try {
      JsonWebSignature read = new JsonWebSignature();
      read.setCompactSerialization(token);
      return ISSUER.equals(read.getKeyIdHeaderValue())
          && AlgorithmIdentifiers.HMAC_SHA256.equals(read.getAlgorithmHeaderValue());
    } catch (JoseException e) {
      return false;
    }
  }

  /** Empty: the token is not good, or not any more. */
  Optional<User> user(String token) {
    try {
      JwtClaims claims =
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(
                  AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
              .setVerificationKey(new HmacKey(users.tokenKey()))
              .setExpectedIssuer(ISSUER)
              .setRequireSubject()
              .setRequireExpirationTime()
              .setAllowedClockSkewInSeconds(SKEW_SECONDS)
              .build()
              .processToClaims(token);
      String version = claims.getStringClaimValue(VERSION);
      return users.find(claims.getSubject()).filter(user -> user.version().equals(version));
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }
}
