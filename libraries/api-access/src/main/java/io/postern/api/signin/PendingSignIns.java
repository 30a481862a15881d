package io.postern.api.signin;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
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
 * Sign-ins on their way, in the form in which a browser keeps them: each replica can take the
 * answer (with the provider's client secret), and nobody else can write one. Any thread.
 */
@ApplicationScoped
public class PendingSignIns {
  /** For the user to enter a password at the provider, and what else it wants. */
  public static final Duration LASTS = Duration.ofMinutes(10);

  private static final int KEY_BYTES = 32;
  private static final int SKEW_SECONDS = 30; // of the clocks of our machines
  private static final String KIND = "postern-sign-in";
  private static final String VERIFIER = "verifier";
  private static final String NEXT = "next";

  private final HmacKey key;

  /**
   * @param clientSecret with which the replicas of a confidential client sign and verify; without
   *     one a replica takes only the answers to its own
   */
  PendingSignIns(
      @ConfigProperty(name = "postern.console.oidc.client-secret") Optional<String> clientSecret) {
    key = new HmacKey(clientSecret.map(PendingSignIns::derived).orElseGet(PendingSignIns::random));
  }

  /** Not the secret itself, which the provider knows for another purpose. */
  private static byte[] derived(String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac.doFinal(KIND.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }

  private static byte[] random() {
    byte[] bytes = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** A token that is none of a session. */
  public String written(PendingSignIn pending) {
    return written(pending, Instant.now());
  }

  String written(PendingSignIn pending, Instant now) {
    JwtClaims claims = new JwtClaims();
    claims.setSubject(pending.state());
    claims.setStringClaim(VERIFIER, pending.verifier());
    claims.setStringClaim(NEXT, pending.next());
    claims.setIssuer(KIND);
    claims.setExpirationTime(NumericDate.fromSeconds(now.plus(LASTS).getEpochSecond()));
    JsonWebSignature token = new JsonWebSignature();
    token.setPayload(claims.toJson());
    token.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
    token.setKey(key);
    try {
      return token.getCompactSerialization();
    } catch (JoseException e) {
      throw new IllegalStateException("no cookie could be made", e);
    }
  }

  /** Empty: it is none of ours, or is too old. */
  public Optional<PendingSignIn> read(String written) {
    try {
      JwtClaims claims =
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(
                  AlgorithmConstraints.ConstraintType.PERMIT, AlgorithmIdentifiers.HMAC_SHA256)
              .setVerificationKey(key)
              .setExpectedIssuer(KIND)
              .setRequireSubject()
              .setRequireExpirationTime()
              .setAllowedClockSkewInSeconds(SKEW_SECONDS)
              .build()
              .processToClaims(written);
      return Optional.of(
          new PendingSignIn(
              claims.getSubject(),
              claims.getStringClaimValue(VERIFIER),
              claims.getStringClaimValue(NEXT)));
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }
}
