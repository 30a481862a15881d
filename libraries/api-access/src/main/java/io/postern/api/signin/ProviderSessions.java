package io.postern.api.signin;

import io.postern.api.ApiSettings;
import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jspecify.annotations.Nullable;

/**
 * Sessions at a browser of the OpenID provider's users: a token of ours with the name and the roles
 * that the provider gave. It ends with the provider's token, and after an hour at most, since a
 * user who is locked at the provider keeps it until then. It gives no further token. Services take
 * it while their {@code postern.api.oidc.issuer} is the provider that gave it. Any thread.
 */
@ApplicationScoped
public class ProviderSessions {
  private static final Duration LONGEST = Duration.ofHours(1);

  /** Less would lead a browser to the provider again and again. */
  private static final Duration SHORTEST = Duration.ofSeconds(60);

  private static final String KIND = "postern-provider";
  private static final String ROLES = "roles";
  private static final String ISSUER = "idp";
  private static final String BEARER = "Bearer ";

  private final SignedClaims signed;
  private final IdentityProviderManager providers;
  private final Optional<String> issuer;

  ProviderSessions(SignedClaims signed, IdentityProviderManager providers, ApiSettings settings) {
    this.signed = signed;
    this.providers = providers;
    this.issuer = settings.oidc().issuer().map(URI::toString);
  }

  /** Why a user whom the provider let in has no session. */
  public enum Refusal {
    /** The user has none of our roles. */
    NO_ROLE,
    /** The roles are more than a cookie has place for. */
    TOO_MANY_ROLES,
    /** The provider's token ends within a minute, or the clocks differ. */
    TOO_SHORT
  }

  /** The end of a sign-in of a user whom the provider let in. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    RefusedException(Refusal refusal) {
      super(refusal.name());
      this.refusal = refusal;
    }

    public Refusal refusal() {
      return refusal;
    }
  }

  /**
   * The provider's access token, judged as where a program shows it: signature, issuer, audience,
   * time. Fails with {@link AuthenticationFailedException}: it is not good, or the provider's keys
   * cannot be had. It may wait for the provider.
   *
   * @param context of the request in which the browser brought it
   */
  public Uni<SecurityIdentity> judged(String accessToken, RoutingContext context) {
    return providers.authenticate(
        HttpSecurityUtils.setRoutingContextAttribute(
            new TokenAuthenticationRequest(new AccessTokenCredential(accessToken)), context));
  }

  /** Whether the identity showed a provider's token, for which a session may begin. */
  public static boolean isByProvider(SecurityIdentity identity) {
    return identity.getAttribute(OidcRoles.ENDS) != null;
  }

  /**
   * The session's token; policy-service alone has the signer.
   *
   * @param user as {@link #judged} gave it
   */
  public String begin(SecurityIdentity user, TokenSigner signer) throws RefusedException {
    return begin(user, signer, Instant.now());
  }

  String begin(SecurityIdentity user, TokenSigner signer, Instant now) throws RefusedException {
    Instant end = end(user, now);
    JwtClaims claims = new JwtClaims();
    claims.setSubject(user.getPrincipal().getName());
    claims.setStringListClaim(ROLES, user.getRoles().stream().sorted().toList());
    claims.setStringClaim(ISSUER, issuer.orElseThrow());
    // Not of now: an end of all sessions that another replica has not read yet ends it too.
    claims.setClaim(
        SignedClaims.ISSUED_MILLIS,
        Objects.requireNonNull(user.<Long>getAttribute(OidcRoles.ISSUED)));
    try {
      return signer.signed(KIND, claims, now, end);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Refusal.TOO_MANY_ROLES);
    }
  }

  /**
   * When a session that begins now expires.
   *
   * @param user as {@link #judged} gave it
   */
  public static Instant end(SecurityIdentity user, Instant now) throws RefusedException {
    Instant ends = Objects.requireNonNull(user.<Instant>getAttribute(OidcRoles.ENDS));
    Instant end = min(ends, now.plus(LONGEST)).truncatedTo(ChronoUnit.SECONDS);
    if (end.isBefore(now.plus(SHORTEST))) {
      throw new RefusedException(Refusal.TOO_SHORT);
    }
    if (user.getRoles().isEmpty()) {
      throw new RefusedException(Refusal.NO_ROLE);
    }
    return end;
  }

  private static Instant min(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Empty: it is no such token, or not any more. */
  Optional<SecurityIdentity> identity(String token) {
    try {
      JwtClaims claims = signed.read(KIND, token);
      List<String> roles = claims.getStringListClaimValue(ROLES);
      if (!issuer.equals(Optional.ofNullable(claims.getStringClaimValue(ISSUER)))) {
        return Optional.empty();
      }
      return Optional.of(
          QuarkusSecurityIdentity.builder()
              .setPrincipal(new QuarkusPrincipal(claims.getSubject()))
              .addRoles(new HashSet<>(roles))
              .addAttribute(OpenSession.ATTRIBUTE, OpenSession.of(claims))
              .build());
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }

  /** What a request shows. */
  public enum Shown {
    /** No such session, or one that is not good. */
    NOTHING,
    SESSION,
    /** A session of ours whose time is over. */
    ENDED_SESSION
  }

  /**
   * Whether a request shows such a session.
   *
   * @param authorization header field; null: there is none
   */
  public Shown shown(@Nullable String authorization) {
    if (authorization == null || !authorization.startsWith(BEARER)) {
      return Shown.NOTHING;
    }
    try {
      signed.readEnded(KIND, authorization.substring(BEARER.length()));
      return Shown.SESSION;
    } catch (UnknownAccessException e) {
      return Shown.NOTHING;
    } catch (InvalidJwtException e) {
      // A bad signature is found before the time is looked at.
      return e.hasExpired() && e.getErrorDetails().size() == 1
          ? Shown.ENDED_SESSION
          : Shown.NOTHING;
    }
  }
}
