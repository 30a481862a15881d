package io.postern.api.signin;

import io.postern.api.ApiSettings;
import io.postern.api.access.AccessState;
import io.postern.api.access.Ed25519Keys;
import io.postern.api.users.WatchedFile;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.Key;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.ErrorCodeValidator;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Reads the tokens that policy-service signs, by its public keys. Each kind of token has its own
 * issuer, so that none is taken for another one (RFC 8725 §3.12). Any thread.
 */
@ApplicationScoped
class SignedClaims {
  /** Beginning of the id of each of our keys, those of former versions included. */
  static final String KEY_ID = "postern";

  /** Claim: when the token was issued, in Unix milliseconds. */
  static final String ISSUED_MILLIS = "ims";

  private static final int SKEW_SECONDS = 30; // of the clocks of our machines

  private final WatchedFile<Map<String, PublicKey>> keys;
  private final AccessState access;

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
    if (keys.content().isEmpty()) {
      throw new UnknownAccessException("the public key of policy-service is not available yet");
    }
    return new JwtConsumerBuilder()
        .setJwsAlgorithmConstraints(
            AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.EDDSA)
        .setVerificationKeyResolver((jws, outer) -> key(jws))
        .setExpectedIssuer(kind)
        .setRequireSubject()
        .setRequireExpirationTime()
        .setAllowedClockSkewInSeconds(SKEW_SECONDS)
        .build()
        .processToClaims(token);
  }

  private Key key(JsonWebStructure jws) throws UnresolvableKeyException {
    PublicKey key = keys.content().get(String.valueOf(jws.getKeyIdHeaderValue()));
    if (key == null) {
      throw new UnresolvableKeyException("a former key has signed it");
    }
    return key;
  }
}
