package io.postern.certificate.anchors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jboss.logging.Logger;

/**
 * A file that is read when it has changed (time, size or inode), and again as long as reading
 * fails. A file that is broken or gone is logged, once for each of its states, and leaves its last
 * good reading. One thread.
 */
final class WatchedFile<T> {
  private static final Logger LOG = Logger.getLogger(WatchedFile.class);

  /** How the file is read. */
  interface Reader<T> {
    T read(Path file) throws BadAnchorFileException;
  }

  private final Path file;
  private final Reader<T> reader;
  private String stamp = "";
  private String told = "";
  private T content;

  /**
   * @param none the reading before the first one
   */
  WatchedFile(Path file, Reader<T> reader, T none) {
    this.file = file;
    this.reader = reader;
    this.content = none;
  }

  /** The result of a look. */
  enum Look {
    SAME,
    READ,
    FAILED
  }

  /** Reads it whether it has changed or not. */
  void read() throws BadAnchorFileException {
    String now = stamp(); // before the reading: the next look sees a change that comes meanwhile
    try {
      content = reader.read(file);
      stamp = now;
      told = "";
    } catch (BadAnchorFileException e) {
      // A passing fault (no descriptor left, a stale handle, a mode) need not change the file.
      stamp = e.mayPass() ? "" : now;
      throw e;
    }
  }

  Look look() {
    String now = stamp();
    if (now.equals(stamp)) {
      return Look.SAME;
    }
    try {
      read();
      return Look.READ;
    } catch (BadAnchorFileException e) {
      String state = now + " " + e.getMessage();
      if (state.equals(told)) {
        return Look.SAME;
      }
      told = state;
      LOG.warnf("%s; its last good reading stays in force", e.getMessage());
      return Look.FAILED;
    }
  }

  /** The last reading. */
  T content() {
    return content;
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
