package io.postern.api;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Settings of the API's access. */
@ConfigMapping(prefix = "postern.api")
public interface ApiSettings {
  /**
   * File with {@code user:password}, made at first start with mode 0600. Delete it for a new
   * password, made at the next start.
   */
  @WithDefault("postern-api-credentials")
  Path credentialsFile();
}
