package io.postern.api.users;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Local users, of policy-service only. See docs/guides/users.md. */
@ConfigMapping(prefix = "postern.api")
public interface UserSettings {
  /**
   * File with {@code user:password} of the operator that is made at the first start (mode 0600, 192
   * random bits). Delete it to get a new password at the next start. Replicas with the same file
   * have the same users.
   */
  @WithDefault("postern-api-credentials")
  Path credentialsFile();

  /**
   * File of the users. Ended sessions, {@code api-sessions.json}, and the private key that signs
   * tokens, {@code api-signing-key.pem}, are in the same folder. Default: {@code api-users.json} in
   * the folder of the credentials file.
   */
  Optional<Path> usersFile();

  /** Iterations of PBKDF2 for passwords that are set from now on: 100,000 to 10,000,000. */
  @WithDefault("600000")
  int passwordIterations();

  /**
   * Of which local users a second factor is demanded: {@code none}, {@code operators} or {@code
   * all}. Until such a user has set one up, the user has no roles.
   */
  @WithDefault("none")
  SecondFactorDemand secondFactor();

  default Path users() {
    return usersFile().orElseGet(() -> beside(credentialsFile(), "api-users.json"));
  }

  /** Ended sessions. */
  default Path sessionsFile() {
    return beside(users(), "api-sessions.json");
  }

  /** The private key of tokens. */
  default Path signingKeyFile() {
    return beside(users(), "api-signing-key.pem");
  }

  private static Path beside(Path file, String name) {
    return file.toAbsolutePath().resolveSibling(name);
  }
}
