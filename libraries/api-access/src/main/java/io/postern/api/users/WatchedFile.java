package io.postern.api.users;

import io.postern.contracts.FileStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The content of a file that others may replace: looked at again a second after the last look. A
 * file that is gone or wrong leaves the content as it was, with a line in the log, once. Any
 * thread; a look is one call to the file system.
 */
public final class WatchedFile<T> {
  private static final Logger LOG = Logger.getLogger(WatchedFile.class);
  private static final long AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private final Path file;
  private final Parser<T> parser;
  private volatile T content;
  private @Nullable FileStamp read; // of the content, or of one that is wrong; guarded by this
  private boolean away; // the last look could not read it; guarded by this
  private boolean wrong; // so is what is in it; guarded by this
  private volatile long lookedAt;

  /** Reads the content of a file. */
  public interface Parser<T> {
    /**
     * @throws IllegalStateException the content is wrong: a sentence with the cure
     */
    T parse(byte[] content) throws IOException;
  }

  public WatchedFile(Path file, Parser<T> parser) throws IOException {
    this.file = file;
    this.parser = parser;
    read = FileStamp.of(file);
    content = parser.parse(Files.readAllBytes(file));
    lookedAt = System.nanoTime();
  }

  /**
   * A file that may come later.
   *
   * @param none content until then
   */
  public WatchedFile(Path file, Parser<T> parser, T none) {
    this.file = file;
    this.parser = parser;
    content = none;
    away = true;
    look();
  }

  public T content() {
    if (System.nanoTime() - lookedAt >= AGAIN_NANOS) {
      look();
    }
    return content;
  }

  /**
   * Looks now: after a change of one's own, or where a former content would do harm.
   *
   * @return false: the content is a former one
   */
  public synchronized boolean look() {
    lookedAt = System.nanoTime();
    try {
      FileStamp now = FileStamp.of(file);
      if (!now.equals(read)) {
        take(now);
      }
      away = false;
    } catch (IOException e) {
      // Read again at the next look: it may be the disk, and not the content.
      if (!away) {
        report(e);
      }
      away = true;
    }
    return !away && !wrong;
  }

  private void take(FileStamp now) throws IOException {
    try {
      content = parser.parse(Files.readAllBytes(file));
      wrong = false;
    } catch (IllegalStateException e) {
      report(e);
      wrong = true;
    }
    read = now;
  }

  private void report(Exception e) {
    LOG.errorf("%s cannot be used, and its former content stays in use: %s", file, e);
  }
}
