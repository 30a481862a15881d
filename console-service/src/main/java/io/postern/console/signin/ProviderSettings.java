package io.postern.console.signin;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The client as which browsers sign in at the provider of {@code postern.api.oidc.issuer}. */
@ConfigMapping(prefix = "postern.console.oidc")
public interface ProviderSettings {
  /** Of a client with the authorization code flow; without it browsers sign in by password. */
  Optional<String> clientId();

  /** Of a confidential client; a public one has none. */
  Optional<String> clientSecret();

  /** What is asked for, with blanks between. */
  @WithDefault("openid")
  String scopes();
}
