package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** Anchors of one file. See {@link AnchorSource}. */
final class FileSource implements AnchorSource {
  private static final Logger LOG = Logger.getLogger(FileSource.class);

  private final String kind;
  private final String name;
  private final boolean needed;
  private final WatchedFile file;
  private final AtomicLong failures = new AtomicLong();

  /**
   * @param needed the service does not start without it
   */
  private FileSource(String kind, String name, boolean needed, WatchedFile file) {
    this.kind = kind;
    this.name = name;
    this.needed = needed;
    this.file = file;
  }

  static FileSource jdk() {
    Path cacerts = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
    return new FileSource("jdk", "jdk", false, new WatchedFile(cacerts, JdkStore::read));
  }

  static FileSource system(Path path) {
    CertificateText text = new CertificateText("postern.anchors.system: " + path, true);
    return new FileSource("system", "system " + path, true, new WatchedFile(path, text::read));
  }

  static FileSource pem(Path path) {
    CertificateText text = new CertificateText("postern.anchors.pem: " + path, false);
    return new FileSource("pem", "pem " + path, true, new WatchedFile(path, text::read));
  }

  static FileSource url(URI url, Path copy) {
    UrlCopy kept = new UrlCopy(url, copy);
    // Before the first download there is none.
    WatchedFile file =
        new WatchedFile(copy, path -> Files.exists(path) ? kept.certificates() : List.of());
    return new FileSource("url", "url " + UrlCopy.shown(url), false, file);
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public void begin() throws BadAnchorFileException {
    try {
      file.read();
    } catch (BadAnchorFileException e) {
      if (needed) {
        throw e;
      }
      failures.incrementAndGet();
      LOG.warnf("%s; the start goes on without it", e.getMessage());
    }
  }

  @Override
  public boolean look() {
    WatchedFile.Look look = file.look();
    if (look == WatchedFile.Look.FAILED) {
      failures.incrementAndGet();
    }
    return look == WatchedFile.Look.READ;
  }

  @Override
  public List<Anchor> anchors() {
    List<ParsedCertificate> certificates = file.certificates();
    return certificates.stream().map(certificate -> new Anchor(certificate, name)).toList();
  }

  @Override
  public long failures() {
    return failures.get();
  }
}
