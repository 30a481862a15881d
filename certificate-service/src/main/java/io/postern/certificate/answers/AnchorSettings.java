package io.postern.certificate.answers;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Trust anchors. The default set of the installation, at most 1,000. See
 * docs/guides/certificates.md.
 */
@ConfigMapping(prefix = "postern.anchors")
public interface AnchorSettings {
  /** Include the trust anchors of the Java runtime (lib/security/cacerts). */
  @WithDefault("true")
  boolean jdk();

  /**
   * The operating system's bundle: a PEM file such as {@code /etc/ssl/certs/ca-certificates.crt}.
   */
  Optional<Path> system();

  /** PEM files of trust anchors, separated by commas. */
  Optional<List<Path>> pem();

  /**
   * Folder of trust anchors: its {@code *.pem}, {@code *.crt} and {@code *.cer} files (PEM or DER).
   */
  Optional<Path> folder();

  /** An https URL of a PEM bundle. */
  Optional<URI> url();

  /** How often the URL is requested. After a failure it is requested sooner. */
  @WithDefault("1h")
  Duration urlCheck();

  /**
   * Where the URL's bundle is kept for a start without network. Only this replica may write there.
   */
  @WithDefault("data/anchors/url.pem")
  Path urlCopy();

  /** Time for a complete answer of the URL, redirects included. */
  @WithDefault("30s")
  Duration urlTimeout();

  /**
   * SHA-256 of certificates (hexadecimal), separated by commas, that are neither trust anchors nor
   * part of a path, in the sets of organizations too.
   */
  Optional<List<String>> distrusted();

  /**
   * File of more certificates, at most 1,000, one per line; {@code #} begins a comment. A change
   * counts without a restart. A broken line or a missing file ends the start; later the last good
   * content stays in force, and this is logged.
   */
  Optional<Path> distrustedFile();

  /** How often files and folder are checked for a change. */
  @WithDefault("10s")
  Duration pemCheck();

  /**
   * How often the version of the default set is announced again, with the revocations of the last
   * hour, for services that start later.
   */
  @WithDefault("5m")
  Duration announceEvery();

  /**
   * How long a question waits for the trust anchors of an organization that have not been read yet.
   */
  @WithDefault("2s")
  Duration directoryPatience();
}
