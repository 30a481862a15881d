package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The installation's default trust anchors. */
@ConfigMapping(prefix = "postern.anchors")
public interface AnchorSettings {
  /**
   * PEM files whose certificates are anchors of the default set, beside those of the JDK
   * (lib/security/cacerts); separated by commas. Read again when they change.
   */
  Optional<List<Path>> pem();

  /** How often the PEM files are looked at for a change. */
  @WithDefault("10s")
  Duration pemCheck();

  /**
   * How often the default set's version is announced again, so that a service that starts later
   * than the announcement's retention knows it too.
   */
  @WithDefault("5m")
  Duration announceEvery();

  /** How long a question waits for an organization's anchor set that has not been read yet. */
  @WithDefault("2s")
  Duration directoryPatience();
}
