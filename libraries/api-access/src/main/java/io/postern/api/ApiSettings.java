package io.postern.api;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Users, tokens and sign-in. See docs/guides/users.md. */
@ConfigMapping(prefix = "postern.api")
public interface ApiSettings {
  /**
   * File with the public key of tokens, PEM. policy-service writes it at its first start, the other
   * services only read it. During a change of the key it has two.
   */
  @WithDefault("postern-api-token-keys.pem")
  Path publicKeysFile();

  /**
   * File with the public keys, PEM, of operators who may sign in while policy-service or Kafka is
   * unavailable. Default: none, and no such sign-in.
   */
  Optional<Path> emergencyKeysFile();

  /**
   * Address of policy-service's API, which checks passwords and ends sessions for the other
   * services: {@code https://HOST:PORT}, or {@code http} on this machine. Without it a service
   * takes only tokens. Default for console-service: {@code postern.console.policy-url}.
   */
  Optional<URI> policyUrl();

  /**
   * Configuration of Quarkus' TLS registry that has the authority of policy-service's certificate.
   * Default: the authorities of the Java runtime.
   */
  Optional<String> policyTlsConfigurationName();

  /**
   * How long browsers use only TLS for the host of the console and the APIs ({@code
   * Strict-Transport-Security}, sent over TLS; never for {@code localhost}). It is of all ports of
   * the host. 0: browsers forget it.
   */
  @WithDefault("P365D")
  Duration hstsMaxAge();

  /**
   * Calls of a user a second, in the long run; after a pause, those of 15 seconds at once. An
   * organization's users have twice as many together. A file that is applied, imported or compared
   * counts as 20. A refusal takes a second. Operators have no bound. 0 or less: no user has one.
   */
  @WithDefault("20")
  int callsPerSecond();

  /** An OpenID provider whose tokens are taken. */
  Oidc oidc();

  /** Of tokens of an OpenID provider. */
  interface Oidc {
    /**
     * OpenID provider whose tokens are accepted, as they name it in {@code iss}. Default: none, and
     * only local users sign in.
     */
    Optional<URI> issuer();

    /** A token is accepted only if its {@code aud} has this value. */
    @WithDefault("postern")
    String audience();

    /**
     * Clients of the provider whose access tokens are accepted ({@code azp}, else {@code
     * client_id}, {@code appid}, {@code cid}), separated by commas. Default: all of its clients.
     */
    Optional<List<String>> clients();

    /**
     * What a role of the provider begins with to count here: {@code postern:operator}. The rest of
     * a realm's roles are other programs'. An empty value counts all, such as {@code operator}.
     */
    @WithDefault("postern:")
    Optional<String> rolePrefix();

    /** Claim with the roles of a token; slashes lead into nested claims. */
    @WithDefault("realm_access/roles")
    String rolesClaim();

    /** Claim with the ids of the user's organizations; slashes lead into nested claims. */
    @WithDefault("organizations")
    String organizationsClaim();

    /**
     * Public client with which {@code postern sign-in} gets a token from the provider (RFC 8628).
     * Default: none, and that command accepts only passwords.
     */
    Optional<String> deviceClientId();

    /** Scopes that it requests, separated by blanks. */
    @WithDefault("openid")
    String deviceScopes();

    /**
     * Configuration of Quarkus' TLS registry that has the authority of the provider's certificate.
     * Default: the authorities of the Java runtime.
     */
    Optional<String> tlsConfigurationName();
  }
}
