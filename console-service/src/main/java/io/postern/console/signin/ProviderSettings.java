package io.postern.console.signin;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/**
 * Sign-in of browsers. It needs the OpenID provider of {@code postern.api.oidc.issuer}. See
 * docs/guides/users.md.
 */
@ConfigMapping(prefix = "postern.console.oidc")
public interface ProviderSettings {
  /** Client for the authorization code flow. Default: none, and browsers sign in by password. */
  Optional<String> clientId();

  /** Secret of a confidential client. Default: none, for a public client. */
  Optional<String> clientSecret();

  /** Scopes that are requested, separated by blanks. */
  @WithDefault("openid")
  String scopes();
}
