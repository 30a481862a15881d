package io.postern.api.signin;

import io.postern.api.ApiSettings;
import io.postern.api.Rights;
import io.quarkus.oidc.runtime.OidcJwtCallerPrincipal;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.JsonString;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/**
 * Roles of a provider's token in our form, without their prefix: {@code administrator} and {@code
 * auditor} are of the organizations that another claim names; {@code administrator:ID} is taken as
 * it is. Pure; any thread.
 */
@ApplicationScoped
class OidcRoles implements SecurityIdentityAugmentor {
  /** Attribute of an identity: the {@link Instant} at which the provider's token ends. */
  static final String ENDS = "postern.ends";

  private static final int MOST_ORGANIZATIONS = 1_000;

  private final SignInFailures failures;
  private final String prefix;
  private final String organizationsClaim;

  OidcRoles(ApiSettings settings, SignInFailures failures) {
    this.failures = failures;
    prefix = settings.oidc().rolePrefix().orElse("");
    organizationsClaim = settings.oidc().organizationsClaim();
  }

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext context) {
    if (!(identity.getPrincipal() instanceof OidcJwtCallerPrincipal token)) {
      return Uni.createFrom().item(identity);
    }
    return Uni.createFrom()
        .item(
            QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(name(token)))
                .addCredentials(identity.getCredentials())
                .addRoles(roles(named(identity.getRoles()), organizations(token)))
                .addAttribute(ENDS, Instant.ofEpochSecond(token.getExpirationTime()))
                .build());
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
