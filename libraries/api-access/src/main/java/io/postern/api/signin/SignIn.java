package io.postern.api.signin;

import io.postern.api.audit.AccessAudit;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Locale;

/**
 * Sign-in by HTTP Basic (RFC 7617) of local users, or by a token of ours (RFC 6750). It stands in
 * front of quarkus-oidc, which gets the other tokens. Any thread; does not block.
 */
@ApplicationScoped
class SignIn implements HttpAuthenticationMechanism {
  /** Attribute of an identity that signed in with a password: the user's version then. */
  static final String BY_PASSWORD = "postern.password";

  /** Attribute of an identity of whose user a second factor is demanded, and missing. */
  static final String LACKS_SECOND_FACTOR = "postern.second-factor";

  /** Header field of the code of a second factor, next to a password. */
  static final String CODE = "Postern-Code";

  private static final String BASIC = "basic ";
  private static final String BEARER = "bearer ";

  private final PasswordCheck passwords;
  private final Tokens tokens;
  private final ProviderSessions sessions;
  private final EmergencyKeys emergency;
  private final AccessAudit audit;

  SignIn(
      PasswordCheck passwords,
      Tokens tokens,
      ProviderSessions sessions,
      EmergencyKeys emergency,
      AccessAudit audit) {
    this.audit = audit;
    this.emergency = emergency;
    this.passwords = passwords;
    this.tokens = tokens;
    this.sessions = sessions;
  }

  @Override
  public int getPriority() {
    return DEFAULT_PRIORITY + 1_000;
  }

  @Override
  public Uni<SecurityIdentity> authenticate(
      RoutingContext context, IdentityProviderManager providers) {
    String header = context.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null) {
      return Uni.createFrom().nullItem();
    }
    String scheme = header.toLowerCase(Locale.ROOT);
    if (scheme.startsWith(BASIC)) {
      return basic(header.substring(BASIC.length()).strip(), context);
    }
    if (scheme.startsWith(BEARER)) {
      String token = header.substring(BEARER.length()).strip();
      if (SignedClaims.isOurs(token)) {
        String code = context.request().getHeader(CODE);
        return code == null
            ? ours(token, Network.of(context.request().remoteAddress()))
            : secondStep(token, code, context);
      }
    }
    return Uni.createFrom().nullItem();
  }

  private Uni<SecurityIdentity> ours(String token, String client) {
    try {
      return emergency
          .identity(token, client)
          .or(() -> tokens.identity(token))
          .or(() -> sessions.identity(token))
          .map(identity -> Uni.createFrom().item(identity))
          .orElseGet(() -> refused(client));
    } catch (UnknownAccessException e) {
      return Uni.createFrom().failure(new AuthenticationFailedException(e));
    }
  }

  private Uni<SecurityIdentity> secondStep(String token, String code, RoutingContext context) {
    try {
      return tokens
          .passwordShown(token)
          .map(user -> passwords.user(user, code, context.request().remoteAddress()))
          .map(checked -> checked.map(SignIn::byPassword))
          .orElseGet(() -> refused(Network.of(context.request().remoteAddress())));
    } catch (UnknownAccessException e) {
      return Uni.createFrom().failure(new AuthenticationFailedException(e));
    }
  }

  private Uni<SecurityIdentity> refused(String client) {
    audit.refused(AccessEventKind.SIGN_IN_REFUSED, "", client, "token");
    return failed();
  }

  private Uni<SecurityIdentity> basic(String encoded, RoutingContext context) {
    String pair;
    try {
      pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return failed();
    }
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return failed();
    }
    String code = context.request().getHeader(CODE);
    return passwords
        .user(
            pair.substring(0, colon),
            pair.substring(colon + 1),
            code == null ? "" : code,
            context.request().remoteAddress())
        .map(SignIn::byPassword);
  }

  private static SecurityIdentity byPassword(LocalUser user) {
    return identity(user).addAttribute(BY_PASSWORD, user.version()).build();
  }

  private static Uni<SecurityIdentity> failed() {
    return Uni.createFrom().failure(new AuthenticationFailedException());
  }

  static QuarkusSecurityIdentity.Builder identity(LocalUser user) {
    return QuarkusSecurityIdentity.builder()
        .setPrincipal(new QuarkusPrincipal(user.name()))
        .addAttribute(LACKS_SECOND_FACTOR, user.lacksSecondFactor())
        .addRoles(new HashSet<>(user.roles()));
  }

  @Override
  public Uni<ChallengeData> getChallenge(RoutingContext context) {
    return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", Challenge.VALUE));
  }
}
