package io.postern.certificate.anchors;

import java.net.URI;
import java.nio.file.Files;
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
    return FileSource.jdk(Path.of(System.getProperty("java.home"), "lib", "security", "cacerts"));
  }

  /** The operating system's bundle, a PEM file. */
  static AnchorSource system(Path file) {
    CertificateText text = new CertificateText("postern.anchors.system: " + file, true);
    return new FileSource("system", "system " + file, true, file, text::read);
  }

  /** A PEM file of the administrator's. */
  static AnchorSource pem(Path file) {
    CertificateText text = new CertificateText("postern.anchors.pem: " + file, false);
    return new FileSource("pem", "pem " + file, true, file, text::read);
  }

  /** Every *.pem, *.crt and *.cer in a folder, in PEM or DER. */
  static AnchorSource folder(Path folder) {
    return new FolderSource(folder);
  }

  /** The copy that {@link AnchorDownload} keeps of that URL; nothing before the first download. */
  static AnchorSource url(URI url, Path copy) {
    UrlCopy kept = new UrlCopy(url, copy);
    return new FileSource(
        "url",
        "url " + UrlCopy.shown(url),
        false,
        copy,
        path -> Files.exists(path) ? kept.certificates() : List.of());
  }

  /** jdk, system, pem, folder, url. */
  String kind();

  /**
   * Reads it for the first time.
   *
   * @throws BadAnchorFileException do not start: it does not fit the setting
   */
  void begin() throws BadAnchorFileException;

  /** Reads the changes; true: something was read anew. */
  boolean look();

  /** The last reading. */
  List<Anchor> anchors();

  /** How often something of it could not be read. */
  long failures();
}
