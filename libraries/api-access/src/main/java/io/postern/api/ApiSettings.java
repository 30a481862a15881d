package io.postern.api;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Settings of the API's access. */
@ConfigMapping(prefix = "postern.api")
public interface ApiSettings {
  /** File with {@code user:password} of the operator that is made at first start; mode 0600. */
  @WithDefault("postern-api-credentials")
  Path credentialsFile();

  /** The users; by default {@code api-users.json} beside the credentials file. */
  Optional<Path> usersFile();

  /** Of PBKDF2, for passwords that are set from now on: 100,000 to 10,000,000. */
  @WithDefault("600000")
  int passwordIterations();

  /** An OpenID provider whose tokens are taken. */
  Oidc oidc();

  /** Of tokens of an OpenID provider. */
  interface Oidc {
    /** The provider, as its tokens name it in {@code iss}; without it none is taken. */
    Optional<URI> issuer();

    /** A token is taken only if its {@code aud} names this. */
    @WithDefault("postern")
    String audience();

    /** Where a token has roles; a path with slashes into its claims. */
    @WithDefault("realm_access/roles")
    String rolesClaim();

    /** Where a token has the ids of its user's organizations. */
    @WithDefault("organizations")
    String organizationsClaim();

    /**
     * The public client by which the command line signs in there (RFC 8628); without it the command
     * line takes passwords alone.
     */
    Optional<String> deviceClientId();

    /** The scopes that it asks for, with blanks between them. */
    @WithDefault("openid")
    String deviceScopes();

    /**
     * Whom the provider's certificate must come from: a configuration of Quarkus' TLS registry;
     * without it Java's own authorities.
     */
    Optional<String> tlsConfigurationName();
  }

  default Path users() {
    return usersFile().orElseGet(() -> beside(credentialsFile(), "api-users.json"));
  }

  /** The key of tokens, beside the users. */
  default Path tokenKeyFile() {
    return beside(users(), "api-token-key");
  }

  private static Path beside(Path file, String name) {
    return file.toAbsolutePath().resolveSibling(name);
  }
}
