package io.postern.ingress.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Files that are of use together only, such as a certificate and its key. A change is taken when
 * two looks in succession, and one behind the reading, find the same files: what is still being
 * written is left alone. When the new files are not usable those in use stay, and one log line says
 * why. Owner: one thread; {@link #refused} any.
 */
final class WatchedFiles {
  private static final Logger LOG = Logger.getLogger(WatchedFiles.class);

  /** The reading of the files, which returns the step that puts what was read in use. */
  @FunctionalInterface
  interface Reading {
    Runnable read() throws IOException, GeneralSecurityException;
  }

  private record Stamp(FileTime time, long size, @Nullable Object file) {}

  private final String name;
  private final List<Path> files;
  private final Reading reading;
  private List<Stamp> used;
  private List<Stamp> last;
  private volatile String refused = "";

  /**
   * Begins with the files as they are now, and puts them in use; what is wrong with them is thrown.
   */
  WatchedFiles(String name, List<Path> files, Reading reading)
      throws IOException, GeneralSecurityException {
    this.name = name;
    this.files = List.copyOf(files);
    this.reading = reading;
    this.used = stamps();
    this.last = used;
    reading.read().run();
  }

  private List<Stamp> stamps() throws IOException {
    List<Stamp> stamps = new ArrayList<>();
    for (Path file : files) {
      try {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        stamps.add(new Stamp(now.lastModifiedTime(), now.size(), now.fileKey()));
      } catch (NoSuchFileException e) {
        throw new IOException("no such file: " + file, e);
      }
    }
    return stamps;
  }

  void look() {
    List<Stamp> now;
    try {
      now = stamps();
      boolean still = now.equals(last);
      last = now;
      if (!still) {
        return;
      }
    } catch (IOException gone) {
      last = List.of();
      refuse(gone);
      return;
    }
    if (now.equals(used)) {
      refused = ""; // the former files are back
    } else { // also refused ones: their mode may have changed
      take(now);
    }
  }

  private void take(List<Stamp> now) {
    try {
      Runnable use = reading.read();
      if (!stamps().equals(now)) {
        return; // changed meanwhile: the next looks decide
      }
      use.run();
      used = now;
      refused = "";
      LOG.infof("Files of %s were read again: %s", name, files);
    } catch (IOException | GeneralSecurityException | RuntimeException broken) {
      refuse(broken);
    }
  }

  private void refuse(Exception why) {
    String text = String.valueOf(why.getMessage());
    if (!text.equals(refused)) {
      refused = text;
      LOG.warnf(
          "The changed files of %s are not usable, the previous ones stay in use: %s", name, text);
    }
  }

  String name() {
    return name;
  }

  /** Why the present files are not in use; empty: they are. */
  String refused() {
    return refused;
  }
}
