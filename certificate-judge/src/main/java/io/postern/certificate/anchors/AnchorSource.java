package io.postern.certificate.anchors;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * A source of anchors of the default set. A source that becomes broken or goes away leaves its last
 * good reading, one log line and a count. One thread at a time reads; any thread may ask for the
 * counts.
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

  /** The copy that {@link AnchorDownload} keeps of that URL; nothing before the first download. */
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

  /** Reads the changes; true: something was read anew. */
  boolean look();

  /** The last reading. */
  List<Anchor> anchors();

  /** How often something of it could not be read. */
  long failures();
}
