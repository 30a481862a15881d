package io.postern.api.signin;

import io.postern.api.users.Users;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/**
 * JWTs (RFC 7519) of ours, signed with HMAC-SHA-256 by the key that the services share. Each kind
 * has its own issuer, so that none is taken for another one (RFC 8725 §3.12). Any thread.
 */
@ApplicationScoped
class SignedClaims {
  private static final String KEY_ID = "postern";
  private static final int SKEW_SECONDS = 30; // of the clocks of our machines
  // Less than browsers keep of a cookie, 4,096 with its name and attributes.
  private static final int MOST_CHARACTERS = 3_800;

  private final Users users;

  SignedClaims(Users users) {
    this.users = users;
  }

  /** Whether it says that it is one of ours; else a provider's. */
  static boolean isOurs(String token) {
    if (token.length() > MOST_CHARACTERS) {
      return false;
    }
    try {
      JsonWebSignature read = new JsonWebSignature();
      read.setCompactSerialization(token);
      return KEY_ID.equals(read.getKeyIdHeaderValue())
          && AlgorithmIdentifiers.HMAC_SHA256.equals(read.getAlgorithmHeaderValue());
    } catch (JoseException e) {
      return false;
    }
  }

  /**
   * @throws IllegalArgumentException it is longer than a browser keeps
   */
  String signed(String kind, JwtClaims claims, Instant now, Instant end) {
    claims.setIssuer(kind);
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    claims.setExpirationTime(NumericDate.fromSeconds(end.getEpochSecond()));
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims.toJson());
    token.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    token.setKeyIdHeaderValue(KEY_ID);
    token.setKey(new HmacKey(users.tokenKey()));
    String signed;
    try {
      signed = token.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException("no token could be made", e);
    }
    if (signed.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException("a token of more than " + MOST_CHARACTERS + " characters");
    }
    return signed;
  }

  /**
   * @throws InvalidJwtException it is none of this kind, is not signed by us, or has ended; an end
   *     alone is looked at where the signature is good
   */
  JwtClaims read(String kind, String token) throws InvalidJwtException {
    return new JwtConsumerBuilder()
        .setJwsAlgorithmConstraints(
            AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
        .setVerificationKey(new HmacKey(users.tokenKey()))
        .setExpectedIssuer(kind)
        .setRequireSubject()
        .setRequireExpirationTime()
        .setAllowedClockSkewInSeconds(SKEW_SECONDS)
        .build()
        .processToClaims(token);
  }
}
