package io.postern.certificate.revocation.crl;

import io.postern.certificate.revocation.store.Source.FileState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The folder of lists on disk: one file a list, replaced atomically, so that neither a reader nor a
 * crash sees half of one. A reader verifies each file and trusts nothing here. Replicas may share
 * the folder: a file's time of change is the time of the list's fetch, its time of access the time
 * of a replica's last use. Any thread.
 */
public final class CrlFiles {
  private static final Logger LOG = Logger.getLogger(CrlFiles.class);
  private static final String SUFFIX = ".crl";
  public static final String FRESH = ".fresh";

  /** A file that is being written for longer was left by a replica that ended. */
  private static final Duration LONGEST_WRITING = Duration.ofHours(1);

  /** A file's list and the time of its fetch. */
  record StoredList(Crl crl, Instant fetchedAt) {}

  private record FileSize(Path file, long size, Instant used) {}

  private final Path folder;
  private final FetchTurns turns;
  private final AtomicLong bytes = new AtomicLong(); // about, between two counts

  /**
   * @throws IOException when the folder cannot be made or written to
   */
  CrlFiles(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    Files.delete(Files.createTempFile(folder, "probe", FRESH));
    this.turns = new FetchTurns(folder.resolve("turns"));
    deleteLeftOver();
    bytes.set(all().stream().mapToLong(FileSize::size).sum());
  }

  private void deleteLeftOver() throws IOException {
    Instant before = Instant.now().minus(LONGEST_WRITING);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(FRESH)).toList()) {
        BasicFileAttributes attributes = attributes(file);
        if (attributes != null && attributes.lastModifiedTime().toInstant().isBefore(before)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** The right to fetch this list now; null: another replica fetches it. Never blocks. */
  FetchTurns.@Nullable Turn turn(String name) {
    return turns.take(name);
  }

  /** A new file for a fetch; the caller keeps or deletes it. */
  Path fresh() throws IOException {
    return Files.createTempFile(folder, "list", FRESH);
  }

  /** Puts a fetched list in its place. */
  void keep(Path fresh, String name, Instant fetchedAt) throws IOException {
    times(fresh, fetchedAt, fetchedAt);
    bytes.addAndGet(Files.size(fresh));
    Files.move(
        fresh, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path file(String name) {
    return folder.resolve(name + SUFFIX);
  }

  private static void times(Path file, @Nullable Instant changed, Instant accessed)
      throws IOException {
    Files.getFileAttributeView(file, BasicFileAttributeView.class)
        .setTimes(changed == null ? null : FileTime.from(changed), FileTime.from(accessed), null);
  }

  /** Null: there is no such file, or none that can be looked at. */
  private static @Nullable BasicFileAttributes attributes(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class);
    } catch (IOException e) {
      return null; // another replica may have deleted it just now
    }
  }

  /** When the list that is there was fetched; null: none is. */
  @Nullable Instant fetchedAt(String name) {
    BasicFileAttributes attributes = attributes(file(name));
    return attributes == null ? null : attributes.lastModifiedTime().toInstant();
  }

  /** The state of the file, compared with the list that was fetched at that time. */
  FileState state(String name, Instant fetchedAt) {
    Instant there = fetchedAt(name);
    if (there == null) {
      return FileState.GONE;
    }
    return there.isAfter(fetchedAt) ? FileState.NEWER : FileState.SAME;
  }

  /** Null: there is no file, or it cannot be read and its list will be fetched again. */
  @Nullable StoredList load(String name) {
    Instant fetchedAt = fetchedAt(name);
    if (fetchedAt == null) {
      return null;
    }
    try {
      return new StoredList(Crl.map(file(name)), fetchedAt);
    } catch (IOException | MalformedCrlException e) {
      LOG.warnf("%s is not usable and will be fetched again: %s", file(name), e.getMessage());
      return null;
    }
  }

  /** A list was used. */
  void used(String name, Instant at) {
    try {
      times(file(name), null, at);
    } catch (IOException e) {
      LOG.debugf("the use of %s is not marked: %s", name, e); // it is deleted earlier than others
    }
  }

  /** About: there is more than this. */
  boolean over(long limit) {
    return bytes.get() > limit;
  }

  /** Deletes the files that no replica has used for longest, until the rest is within the limit. */
  void shrinkTo(long limit) throws IOException {
    List<FileSize> all = all();
    all.sort(Comparator.comparing(FileSize::used));
    long sum = all.stream().mapToLong(FileSize::size).sum();
    for (FileSize oldest : all) {
      if (sum <= limit) {
        break;
      }
      Files.deleteIfExists(oldest.file());
      sum -= oldest.size();
    }
    bytes.set(sum);
  }

  private List<FileSize> all() throws IOException {
    List<FileSize> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        BasicFileAttributes attributes = attributes(file);
        if (attributes != null) {
          Instant changed = attributes.lastModifiedTime().toInstant();
          Instant accessed = attributes.lastAccessTime().toInstant();
          Instant used = accessed.isAfter(changed) ? accessed : changed;
          all.add(new FileSize(file, attributes.size(), used));
        }
      }
    }
    return all;
  }
}
