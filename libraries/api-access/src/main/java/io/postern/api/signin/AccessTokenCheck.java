package io.postern.api.signin;

import io.postern.api.ApiSettings;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.jwt.consumer.Validator;
import org.jspecify.annotations.Nullable;

/**
 * Check that a provider's token is an access token, and of a client that may bring one: an ID token
 * has the same signature and, where the audience is a client's id, the same audience (RFC 9068 §5).
 * quarkus-oidc asks it for each token. Pure; any thread.
 */
@Unremovable
@ApplicationScoped
class AccessTokenCheck implements Validator {
  /** RFC 9068 §2.1; with or without "application/" (RFC 7515 §4.1.9). */
  private static final String ACCESS_TOKEN = "at+jwt";

  private static final String JWT = "jwt";

  /** What Keycloak writes into its access tokens; "ID" into others. */
  private static final String BEARER = "bearer";

  /** Of ID tokens only (OpenID Connect Core §3.1.3.6, §3.3.2.11). */
  private static final List<String> OF_ID_TOKENS = List.of("at_hash", "c_hash");

  /** Of access tokens only: RFC 9068 §2.2, and what Entra ID and Okta write. */
  private static final List<String> OF_ACCESS_TOKENS =
      List.of("scope", "scp", "client_id", "appid", "cid");

  private static final String PARTY = "azp";
  private static final List<String> CLIENT_CLAIMS = List.of(PARTY, "client_id", "appid", "cid");

  private final Optional<Set<String>> clients;

  AccessTokenCheck(ApiSettings settings) {
    clients = settings.oidc().clients().map(Set::copyOf);
  }

  /** Null: it is one; else what is wrong, without a value of the token. */
  @Override
  public @Nullable String validate(JwtContext context) throws MalformedClaimException {
    String type = context.getJoseObjects().getFirst().getHeader("typ");
    return problem(type, context.getJwtClaims());
  }

  @Nullable String problem(@Nullable String type, JwtClaims claims) throws MalformedClaimException {
    if (!isAccessToken(type, claims)) {
      return "it is not an access token (typ, azp, scope, at_hash): an ID token is refused";
    }
    if (clients.isPresent() && client(claims).filter(clients.get()::contains).isEmpty()) {
      return "its client (azp) is not one of postern.api.oidc.clients";
    }
    return null;
  }

  private static boolean isAccessToken(@Nullable String type, JwtClaims claims)
      throws MalformedClaimException {
    if (OF_ID_TOKENS.stream().anyMatch(claims::hasClaim)) {
      return false;
    }
    String form =
        type == null ? JWT : type.toLowerCase(Locale.ROOT).replaceFirst("^application/", "");
    if (form.equals(ACCESS_TOKEN)) {
      return true;
    }
    if (!form.equals(JWT)) {
      return false; // such as logout+jwt
    }
    if (claims.hasClaim("typ")) {
      return claims.getClaimValue("typ") instanceof String kind && kind.equalsIgnoreCase(BEARER);
    }
    // The audience of an ID token is the client itself.
    return OF_ACCESS_TOKENS.stream().anyMatch(claims::hasClaim)
        || claims.hasClaim(PARTY)
            && !claims.getAudience().contains(claims.getStringClaimValue(PARTY));
  }

  private static Optional<String> client(JwtClaims claims) {
    return CLIENT_CLAIMS.stream()
        .flatMap(
            name ->
                claims.getClaimValue(name) instanceof String one ? Stream.of(one) : Stream.empty())
        .findFirst();
  }
}
