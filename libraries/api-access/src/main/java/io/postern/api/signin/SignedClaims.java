package io.postern.api.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.api.ApiSettings;
import io.postern.api.access.AccessState;
import io.postern.api.access.Ed25519Keys;
import io.postern.api.users.WatchedFile;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.Key;
import java.security.PublicKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Reads the tokens that policy-service signs, by its public keys. Each kind of token has its own
 * issuer, so that none is taken for another one (RFC 8725 §3.12). Any thread.
 *
 * <p>A good signature is remembered, by the whole token, until the token or its key goes: to verify
 * one costs a millisecond. At most 10,000, of 4 KB each; whether the session goes on is asked each
 * time.
 */
@ApplicationScoped
class SignedClaims {
  /** Beginning of the id of each of our keys, those of former versions included. */
  static final String KEY_ID = "postern";

  /** Claim: when the token was issued, in Unix milliseconds. */
  static final String ISSUED_MILLIS = "ims";

  private static final int SKEW_SECONDS = 30; // of the clocks of our machines
  private static final int MOST_REMEMBERED = 10_000;
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final WatchedFile<Map<String, PublicKey>> keys;
  private final AccessState access;
  private final Cache<String, Verified> verified =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterAccess(REMEMBERED).build();

  /**
   * @param keys with which it was verified: the very map
   */
  private record Verified(
      String kind, JwtClaims claims, NumericDate expires, Map<String, PublicKey> keys) {}

  SignedClaims(ApiSettings settings, AccessState access) {
    this.access = access;
    keys = new WatchedFile<>(settings.publicKeysFile(), SignedClaims::keys, Map.of());
  }

  private static Map<String, PublicKey> keys(byte[] content) {
    List<PublicKey> keys = Ed25519Keys.publicKeys(content);
    Map<String, PublicKey> byId = new LinkedHashMap<>();
    keys.forEach(key -> byId.put(KEY_ID + Ed25519Keys.id(key), key));
    return byId;
  }

  /** Whether its header says that it is one of ours; else a provider's. */
  static boolean isOurs(String token) {
    return keyId(token).startsWith(KEY_ID);
  }

  /** By which it names its key; empty: by none, or it is too long for one of ours. */
  static String keyId(String token) {
    if (token.length() > TokenSigner.MOST_CHARACTERS) {
      return "";
    }
    try {
      JsonWebSignature read = new JsonWebSignature();
      read.setCompactSerialization(token);
      return Objects.requireNonNullElse(read.getKeyIdHeaderValue(), "");
    } catch (JoseException | ClassCastException e) { // a key ID that is no text
      return "";
    }
  }

  /**
   * The claims of a token whose session has not ended.
   *
   * @throws InvalidJwtException it is none of this kind, is not signed by us, or has expired; its
   *     expiry is looked at only where the signature is good
   * @throws UnknownAccessException it cannot be said yet
   */
  JwtClaims read(String kind, String token) throws InvalidJwtException, MalformedClaimException {
    JwtClaims claims = readEnded(kind, token);
    if (!access.isRead()) {
      throw new UnknownAccessException("the topic access has not been read yet");
    }
    String session = claims.getJwtId();
    Long issued = claims.getClaimValue(ISSUED_MILLIS, Long.class);
    if (session == null || issued == null || !access.allows(claims.getSubject(), session, issued)) {
      throw new InvalidJwtException(
          "the session has ended", List.<ErrorCodeValidator.Error>of(), null);
    }
    return claims;
  }

  /**
   * The same of a token whose session may have ended.
   *
   * @throws UnknownAccessException the public key is not available
   */
  JwtClaims readEnded(String kind, String token) throws InvalidJwtException {
    Map<String, PublicKey> now = keys.content();
    if (now.isEmpty()) {
      throw new UnknownAccessException("the public key of policy-service is not available yet");
    }
    Verified before = verified.getIfPresent(token);
    if (before != null && before.kind().equals(kind) && before.keys() == now) {
      NumericDate late = NumericDate.now();
      late.addSeconds(-SKEW_SECONDS);
      if (late.isBefore(before.expires())) {
        return before.claims();
      }
    }
    JwtClaims claims = verifiedNow(kind, token, now);
    try {
      verified.put(token, new Verified(kind, claims, claims.getExpirationTime(), now));
    } catch (MalformedClaimException e) {
      throw new InvalidJwtException(
          "the expiry is not a time", List.<ErrorCodeValidator.Error>of(), null);
    }
    return claims;
  }

  private static JwtClaims verifiedNow(String kind, String token, Map<String, PublicKey> keys)
      throws InvalidJwtException {
    return new JwtConsumerBuilder()
        .setJwsAlgorithmConstraints(
            AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.EDDSA)
        .setVerificationKeyResolver((jws, outer) -> key(jws, keys))
        .setExpectedIssuer(kind)
        .setRequireSubject()
        .setRequireExpirationTime()
        .setAllowedClockSkewInSeconds(SKEW_SECONDS)
        .build()
        .processToClaims(token);
  }

  private static Key key(JsonWebStructure jws, Map<String, PublicKey> keys)
      throws UnresolvableKeyException {
    PublicKey key = keys.get(String.valueOf(jws.getKeyIdHeaderValue()));
    if (key == null) {
      throw new UnresolvableKeyException("a former key has signed it");
    }
    return key;
  }
}
