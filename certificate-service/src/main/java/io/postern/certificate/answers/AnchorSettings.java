package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The installation's default trust anchors. */
@ConfigMapping(prefix = "postern.anchors")
public interface AnchorSettings {
  /** The JDK's own (lib/security/cacerts) are part of the default set. */
  @WithDefault("true")
  boolean jdk();

  /**
   * The operating system's bundle: a PEM file, such as /etc/ssl/certs/ca-certificates.crt, whose
   * certificates are part of the default set.
   */
  Optional<Path> system();

  /** PEM files whose certificates are anchors of the default set; separated by commas. */
  Optional<List<Path>> pem();

  /** A folder whose *.pem, *.crt and *.cer files (PEM or DER) are part of the default set. */
  Optional<Path> folder();

  /** An https URL of a PEM bundle that is part of the default set. */
  Optional<URI> url();

  /** How often the URL is asked; after a failure sooner. */
  @WithDefault("1h")
  Duration urlCheck();

  /** Where the URL's bundle is kept; a file of this replica's own. */
  @WithDefault("data/anchors/url.pem")
  Path urlCopy();

  /** The longest that the URL may take to answer as a whole. */
  @WithDefault("30s")
  Duration urlTimeout();

  /**
   * SHA-256 of certificates (hexadecimal) that are no anchors and on no path, in organizations'
   * sets too; separated by commas.
   */
  Optional<List<String>> distrusted();

  /**
   * A file of more such SHA-256, one a line, # begins a comment; a change counts without a restart.
   */
  Optional<Path> distrustedFile();

  /** How often files and folder are looked at for a change. */
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
