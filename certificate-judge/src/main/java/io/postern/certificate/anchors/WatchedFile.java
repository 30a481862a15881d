package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * A file of anchors that is read when it has changed (time, size or inode). One that is broken or
 * gone is logged, once for each of its states, and what was read before stays. One thread.
 */
final class WatchedFile {
  private static final Logger LOG = Logger.getLogger(WatchedFile.class);

  /** How the file is read. */
  interface Reader {
    List<ParsedCertificate> read(Path file) throws BadAnchorFileException;
  }

  private final Path file;
  private final Reader reader;
  private String stamp = "";
  private List<ParsedCertificate> certificates = List.of();

  WatchedFile(Path file, Reader reader) {
    this.file = file;
    this.reader = reader;
  }

  /** What a look has found. */
  enum Look {
    SAME,
    READ,
    FAILED
  }

  /** Reads it whether it has changed or not. */
  void read() throws BadAnchorFileException {
    stamp = stamp(); // before: what is written meanwhile is seen by the next look
    certificates = reader.read(file);
  }

  Look look() {
    if (stamp().equals(stamp)) {
      return Look.SAME;
    }
    try {
      read();
      return Look.READ;
    } catch (BadAnchorFileException e) {
      LOG.warnf("%s; what was read of it before stays in force", e.getMessage());
      return Look.FAILED;
    }
  }

  List<ParsedCertificate> certificates() {
    return certificates;
  }

  private String stamp() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
