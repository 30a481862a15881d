package io.postern.api.signin;

import io.postern.api.ApiSettings;
import io.postern.api.Rights;
import io.postern.api.access.Access;
import io.postern.api.access.AccessState;
import io.postern.api.audit.AccessAudit;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.oidc.runtime.OidcJwtCallerPrincipal;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.JsonString;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/**
 * Roles of a provider's token in our form, without their prefix: {@code administrator} and {@code
 * auditor} are of the organizations that another claim names; {@code administrator:ID} is taken as
 * it is. A token of before an end of the user's sessions is refused. Any thread; does not block.
 */
@ApplicationScoped
class OidcRoles implements SecurityIdentityAugmentor {
  /** Attribute of an identity: the {@link Instant} at which the provider's token ends. */
  static final String ENDS = "postern.ends";

  /** When the provider's token was issued, in Unix milliseconds: a {@link Long}. */
  static final String ISSUED = "postern.issued";

  private static final int MOST_ORGANIZATIONS = 1_000;
  private static final int MOST_ID = 100;

  private final SignInFailures failures;
  private final AccessState access;
  private final AccessAudit audit;
  private final String prefix;
  private final String organizationsClaim;

  OidcRoles(ApiSettings settings, SignInFailures failures, AccessState access, AccessAudit audit) {
    this.failures = failures;
    this.access = access;
    this.audit = audit;
    prefix = settings.oidc().rolePrefix().orElse("");
    organizationsClaim = settings.oidc().organizationsClaim();
  }

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext context) {
    return augment(identity, context, Map.of());
  }

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity,
      AuthenticationRequestContext context,
      Map<String, Object> attributes) {
    if (!(identity.getPrincipal() instanceof OidcJwtCallerPrincipal token)) {
      return Uni.createFrom().item(identity);
    }
    if (!access.isRead()) {
      return Uni.createFrom()
          .failure(
              new AuthenticationFailedException(
                  new UnknownAccessException("the topic access has not been read yet")));
    }
    RoutingContext request = HttpSecurityUtils.getRoutingContextAttribute(attributes);
    String network = Network.of(request == null ? null : request.request().remoteAddress());
    String name = name(token);
    String session = session(token);
    // Of the second's begin: rather refused than taken behind an end.
    long issued = TimeUnit.SECONDS.toMillis(token.getIssuedAtTime());
    if (!access.allows(name, session, issued)) {
      audit.refused(AccessEventKind.SIGN_IN_REFUSED, name, network, "token");
      return Uni.createFrom().failure(new AuthenticationFailedException());
    }
    Set<String> roles = roles(named(identity.getRoles()), organizations(token));
    if (!roles.isEmpty()) { // others may do nothing, and a realm has many of them
      audit.signedIn(name, network, "OpenID provider");
    }
    Instant ends = Instant.ofEpochSecond(token.getExpirationTime());
    QuarkusSecurityIdentity.Builder user =
        QuarkusSecurityIdentity.builder()
            .setPrincipal(new QuarkusPrincipal(name))
            .addCredentials(identity.getCredentials())
            .addRoles(roles)
            .addAttribute(ISSUED, issued)
            .addAttribute(ENDS, ends);
    if (!session.isEmpty()) {
      // Behind that it is too old.
      Instant last = Instant.ofEpochMilli(issued).plus(Access.LONGEST_TOKEN);
      user.addAttribute(
          OpenSession.ATTRIBUTE, new OpenSession(session, ends.isBefore(last) ? ends : last));
    }
    return Uni.createFrom().item(user.build());
  }

  /** The token's id, by which a sign-out ends it; empty: it has none, or one that is too long. */
  private static String session(JsonWebToken token) {
    String id = Objects.requireNonNullElse(token.getTokenID(), "");
    return id.length() > MOST_ID ? "" : id;
  }

  /** Never a local user's name: records of changes name one person. */
  private static String name(JsonWebToken token) {
    return token.getName() + " of " + token.getIssuer();
  }

  /** Without the prefix; others are of other programs. */
  private Set<String> named(Set<String> given) {
    Set<String> named = new HashSet<>();
    for (String role : given) {
      if (role.startsWith(prefix)) {
        named.add(role.substring(prefix.length()));
      } else if (Rights.isRole(role)) {
        failures.logIgnoredRole(role, prefix);
      }
    }
    return named;
  }

  static Set<String> roles(Set<String> given, Set<String> organizations) {
    Set<String> roles = new HashSet<>();
    for (String role : given) {
      if (role.equals(Rights.ADMINISTRATOR) || role.equals(Rights.AUDITOR)) {
        organizations.forEach(organization -> roles.add(role + ":" + organization));
      } else {
        roles.add(role);
      }
    }
    roles.removeIf(role -> !Rights.isRole(role));
    return roles;
  }

  private Set<String> organizations(JsonWebToken token) {
    Set<String> organizations = new LinkedHashSet<>();
    Object claim = token.getClaim(organizationsClaim);
    if (claim instanceof Collection<?> several) {
      several.stream().limit(MOST_ORGANIZATIONS).forEach(one -> add(organizations, one));
    } else {
      add(organizations, claim);
    }
    return organizations;
  }

  private static void add(Set<String> organizations, @Nullable Object value) {
    if (value instanceof JsonString text) {
      organizations.add(text.getString());
    } else if (value instanceof String text) {
      organizations.add(text);
    }
  }
}
