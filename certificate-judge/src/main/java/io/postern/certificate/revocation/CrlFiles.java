package io.postern.certificate.revocation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The folder of lists on disk: one file a list, replaced atomically, so that a reader or a crash
 * never sees half of one. Whoever reads a file verifies it; nothing here is trusted. Any thread.
 */
final class CrlFiles {
  private static final Logger LOG = Logger.getLogger(CrlFiles.class);
  private static final String SUFFIX = ".crl";
  private static final String FRESH = ".fresh";

  /** What was in a file, and when it was fetched. */
  record Stored(Crl crl, Instant fetchedAt) {}

  private record Sized(Path file, long size, FileTime modified) {}

  private final Path folder;

  /**
   * @throws IOException when the folder cannot be made or written to
   */
  CrlFiles(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    Files.delete(Files.createTempFile(folder, "probe", FRESH));
    clean(path -> path.toString().endsWith(FRESH));
  }

  private interface Test {
    boolean of(Path path);
  }

  private void clean(Test test) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (test.of(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** A new file for a fetch; the caller keeps or deletes it. */
  Path fresh() throws IOException {
    return Files.createTempFile(folder, "list", FRESH);
  }

  /** Puts a fetched list in its place. */
  void keep(Path fresh, String name) throws IOException {
    Files.move(
        fresh,
        folder.resolve(name + SUFFIX),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Null: there is none, or what there is cannot be read and will be fetched again. */
  @Nullable Stored load(String name) {
    Path file = folder.resolve(name + SUFFIX);
    try {
      return Files.exists(file)
          ? new Stored(Crl.map(file), Files.getLastModifiedTime(file).toInstant())
          : null;
    } catch (IOException | GarbageException e) {
      LOG.warnf("%s is not usable and will be fetched again: %s", file, e.getMessage());
      return null;
    }
  }

  /** Deletes the oldest files until all together are within the limit. */
  void shrinkTo(long bytes) throws IOException {
    List<Sized> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        all.add(new Sized(file, Files.size(file), Files.getLastModifiedTime(file)));
      }
    }
    all.sort(Comparator.comparing(Sized::modified));
    long sum = all.stream().mapToLong(Sized::size).sum();
    for (Sized oldest : all) {
      if (sum <= bytes) {
        return;
      }
      Files.deleteIfExists(oldest.file());
      sum -= oldest.size();
    }
  }
}
