package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
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
  private final WatchedFile<List<ParsedCertificate>> file;
  private final AtomicLong failures = new AtomicLong();

  /**
   * @param needed the service does not start without it
   */
  FileSource(
      String kind,
      String name,
      boolean needed,
      Path file,
      WatchedFile.Reader<List<ParsedCertificate>> reader) {
    this.kind = kind;
    this.name = name;
    this.needed = needed;
    this.file = new WatchedFile<>(file, reader, List.of(), failures);
  }

  static FileSource jdk(Path cacerts) {
    return new FileSource("jdk", "jdk", true, cacerts, JdkStore::read);
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
      LOG.warnf("%s; the start continues without it", e.getMessage());
    }
  }

  @Override
  public boolean look() {
    return file.look();
  }

  @Override
  public List<Anchor> anchors() {
    List<ParsedCertificate> certificates = file.content();
    return certificates.stream().map(certificate -> new Anchor(certificate, name)).toList();
  }

  @Override
  public long failures() {
    return failures.get();
  }
}
