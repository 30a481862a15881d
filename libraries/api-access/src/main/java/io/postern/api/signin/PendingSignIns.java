package io.postern.api.signin;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Sign-ins on their way, in the form in which a browser keeps them: each replica can take the
 * answer, and nobody can write one. Any thread.
 */
@ApplicationScoped
public class PendingSignIns {
  /** For the user to enter a password at the provider, and what else it wants. */
  public static final Duration LASTS = Duration.ofMinutes(10);

  private static final String KIND = "postern-sign-in";
  private static final String VERIFIER = "verifier";
  private static final String NEXT = "next";

  private final SignedClaims signed;

  PendingSignIns(SignedClaims signed) {
    this.signed = signed;
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
    return signed.signed(KIND, claims, now, now.plus(LASTS));
  }

  /** Empty: it is none of ours, or is too old. */
  public Optional<PendingSignIn> read(String written) {
    try {
      JwtClaims claims = signed.read(KIND, written);
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
