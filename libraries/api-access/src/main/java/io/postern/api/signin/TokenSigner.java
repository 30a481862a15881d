package io.postern.api.signin;

import io.postern.api.access.Access;
import io.postern.api.access.AccessState;
import io.postern.api.access.Ed25519Keys;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;

/**
 * Signs tokens (JWT, RFC 7519, EdDSA, RFC 8037) with the private key that only policy-service has.
 * Any thread.
 */
public final class TokenSigner {
  // Less than browsers keep of a cookie, 4,096 with its name and attributes.
  static final int MOST_CHARACTERS = 3_800;

  private static final int SESSION_BYTES = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyPair keys;
  private final String keyId;
  private final AccessState access;

  public TokenSigner(KeyPair keys, AccessState access) {
    this.keys = keys;
    this.keyId = SignedClaims.KEY_ID + Ed25519Keys.id(keys.getPublic());
    this.access = access;
  }

  /**
   * The token of a new session of a local user.
   *
   * @param version of the user who has shown the password: by now it may be another one
   */
  public String token(String user, String version, Instant end) {
    return token(Tokens.KIND, user, version, end);
  }

  /** For the second step of a sign-in. */
  String passwordShown(String user, String version) {
    return token(Tokens.PASSWORD_SHOWN, user, version, Instant.now().plus(Tokens.CODE_PATIENCE));
  }

  private String token(String kind, String user, String version, Instant end) {
    JwtClaims claims = new JwtClaims();
    claims.setSubject(user);
    claims.setClaim(Tokens.VERSION, version);
    return signed(kind, claims, Instant.now(), end);
  }

  /**
   * @throws IllegalArgumentException it is longer than a browser keeps
   */
  String signed(String kind, JwtClaims claims, Instant now, Instant end) {
    claims.setIssuer(kind);
    claims.setJwtId(session());
    claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
    if (!claims.hasClaim(SignedClaims.ISSUED_MILLIS)) {
      claims.setClaim(SignedClaims.ISSUED_MILLIS, issued(claims, now));
    }
    claims.setExpirationTime(NumericDate.fromSeconds(end.getEpochSecond()));
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims.toJson());
    token.setAlgorithmHeaderValue(AlgorithmIdentifiers.EDDSA);
    token.setKeyIdHeaderValue(keyId);
    token.setKey(keys.getPrivate());
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

  /** Not before the user's sessions were ended, whatever the clock of another replica was. */
  private long issued(JwtClaims claims, Instant now) {
    String user = String.valueOf(claims.getClaimValue("sub"));
    long all = access.find(Access.ALL).map(Access::notBeforeMillis).orElse(0L);
    long own = access.find(user).map(Access::notBeforeMillis).orElse(0L);
    return Math.max(now.toEpochMilli(), Math.max(all, own));
  }

  private static String session() {
    byte[] bytes = new byte[SESSION_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
