package io.postern.certificate.anchors;

import io.postern.contracts.FileStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
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
  private final AtomicLong failures;
  private String stamp = "";
  private String logged = "";
  private T content;

  /**
   * @param none the reading before the first one
   * @param failures grows with each failure that is logged
   */
  WatchedFile(Path file, Reader<T> reader, T none, AtomicLong failures) {
    this.file = file;
    this.reader = reader;
    this.content = none;
    this.failures = failures;
  }

  /** Reads it whether it has changed or not. */
  void read() throws BadAnchorFileException {
    String now = stamp(); // before the reading: the next look sees a change that comes meanwhile
    try {
      content = reader.read(file);
      stamp = now;
      logged = "";
    } catch (BadAnchorFileException e) {
      // A passing fault (no descriptor left, a stale handle, a mode) need not change the file.
      stamp = e.mayPass() ? "" : now;
      throw e;
    }
  }

  /** Reads it if it has changed; true: it was read anew. */
  boolean look() {
    String now = stamp();
    if (now.equals(stamp)) {
      return false;
    }
    try {
      read();
      return true;
    } catch (BadAnchorFileException e) {
      String state = now + " " + e.getMessage();
      if (!state.equals(logged)) {
        logged = state;
        failures.incrementAndGet();
        LOG.warnf("%s; its last good reading stays in force", e.getMessage());
      }
      return false;
    }
  }

  /** The last reading. */
  T content() {
    return content;
  }

  private String stamp() {
    try {
      return FileStamp.of(file).toString();
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
