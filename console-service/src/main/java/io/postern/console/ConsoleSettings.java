package io.postern.console;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Read model. Its tables are in PostgreSQL. */
@ConfigMapping(prefix = "postern.console")
public interface ConsoleSettings {
  /**
   * Days for which messages, refusals and verdicts are kept, including today: 1 to 400. Older days
   * are dropped.
   */
  @WithDefault("90")
  int retentionDays();

  /**
   * Refusals of one organization, verdicts, and names of clients' certificates that are kept for a
   * day, shared between the partitions of the topic. More are only counted, since unauthenticated
   * clients cause them.
   */
  @WithDefault("50000")
  long mostADay();

  /**
   * A browser's session that is not used for this time ends: 1 minute to 12 hours, after which each
   * session ends. Parts of a page that renew themselves are not a use.
   */
  @WithDefault("PT30M")
  Duration idleTimeout();

  /**
   * Role of PostgreSQL by which searches read: it owns no table and may only read. Make it with
   * {@code CREATE ROLE console_search LOGIN PASSWORD '...'}; the service grants it what it needs.
   * Default: the owner, {@code quarkus.datasource.username}.
   */
  Optional<String> searchUser();

  /** Password of this role. Without one, the certificate in the JDBC URL identifies it. */
  Optional<String> searchPassword();
}
