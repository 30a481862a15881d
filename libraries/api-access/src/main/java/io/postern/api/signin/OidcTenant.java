package io.postern.api.signin;

import io.postern.api.ApiSettings;
import io.postern.api.access.Access;
import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.OidcTenantConfigBuilder;
import io.quarkus.oidc.TenantConfigResolver;
import io.quarkus.oidc.runtime.OidcTenantConfig.ApplicationType;
import io.quarkus.oidc.runtime.OidcTenantConfig.Roles.Source;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The OpenID provider whose tokens are taken, if {@code postern.api.oidc.issuer} names one. Its
 * keys are fetched at the first token, and again for a key id that is not known. Any thread.
 */
@ApplicationScoped
class OidcTenant implements TenantConfigResolver {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final @Nullable OidcTenantConfig provider;

  OidcTenant(ApiSettings settings) {
    ApiSettings.Oidc oidc = settings.oidc();
    provider = oidc.issuer().map(issuer -> config(issuer, oidc)).orElse(null);
  }

  private static OidcTenantConfig config(URI issuer, ApiSettings.Oidc oidc) {
    OidcTenantConfigBuilder builder =
        OidcTenantConfig.authServerUrl(issuer.toString())
            .tenantId("postern")
            .applicationType(ApplicationType.SERVICE)
            .connectionTimeout(PATIENCE)
            .roles(Source.accesstoken, oidc.rolesClaim())
            .token()
            .issuer(issuer.toString())
            .audience(oidc.audience())
            // An end of sessions is kept no longer.
            .age(Access.LONGEST_TOKEN)
            .allowJwtIntrospection(false)
            .allowOpaqueTokenIntrospection(false)
            .end();
    oidc.tlsConfigurationName().ifPresent(builder::tlsConfigurationName);
    return builder.build();
  }

  @Override
  public @Nullable Uni<OidcTenantConfig> resolve(
      RoutingContext context, OidcRequestContext<OidcTenantConfig> request) {
    return provider == null ? null : Uni.createFrom().item(provider);
  }
}
