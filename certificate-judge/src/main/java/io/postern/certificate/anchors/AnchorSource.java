package io.postern.certificate.anchors;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * A place that anchors of the default set come from. What becomes broken or goes away leaves what
 * was read of it before, one log line and a count. One thread at a time reads; the counts may be
 * asked for by any.
 */
public sealed interface AnchorSource permits FileSource, FolderSource {
  /** The Java runtime's own (lib/security/cacerts). */
  static AnchorSource jdk() {
    return FileSource.jdk();
  }

  /** The operating system's bundle, a PEM file. */
  static AnchorSource system(Path file) {
    return FileSource.system(file);
  }

  /** A PEM file of the administrator's. */
  static AnchorSource pem(Path file) {
    return FileSource.pem(file);
  }

  /** Every *.pem, *.crt and *.cer in a folder, in PEM or DER. */
  static AnchorSource folder(Path folder) {
    return new FolderSource(folder);
  }

  /** What {@link AnchorDownload} has kept of that URL; nothing before the first download. */
  static AnchorSource url(URI url, Path copy) {
    return FileSource.url(url, copy);
  }

  /** jdk, system, pem, folder, url. */
  String kind();

  /**
   * Reads it for the first time.
   *
   * @throws BadAnchorFileException do not start: it is not what the setting says
   */
  void begin() throws BadAnchorFileException;

  /** Reads what has changed; true: something was read anew. */
  boolean look();

  /** What was read last. */
  List<Anchor> anchors();

  /** How often something of it could not be read. */
  long failures();
}
