package io.postern.api.users;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Files for their owner alone (mode 0600), which several services and replicas share. A file has
 * its name only when it is complete. Any thread that may block.
 */
final class SecretFile {
  private static final Logger LOG = Logger.getLogger(SecretFile.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> READ_BY_ALL =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final SecureRandom RANDOM = new SecureRandom();
  // A lock of a file is one of the process: two threads of one would fail.
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private SecretFile() {}

  /** Work on a file that nobody else may change meanwhile. */
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Alone among all processes that take this lock: a file beside {@code file}.
   *
   * @throws IOException the folder cannot be written, or the work failed
   */
  static <T> T locked(Path file, Work<T> work) throws IOException {
    Path lockFile = file.toAbsolutePath().resolveSibling(file.getFileName() + ".lock");
    Files.createDirectories(file.toAbsolutePath().resolveSibling("."));
    IN_PROCESS.lock();
    try (FileChannel channel =
            FileChannel.open(
                lockFile,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        FileLock lock = channel.lock()) {
      return work.run();
    } finally {
      IN_PROCESS.unlock();
    }
  }

  /** Durable, and complete for whoever reads it. */
  static void write(Path file, byte[] content) throws IOException {
    write(file, content, OWNER_ONLY);
  }

  /** The same of a file that every user of the machine may read. */
  static void writeForAll(Path file, byte[] content) throws IOException {
    write(file, content, READ_BY_ALL);
  }

  private static void write(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    Path whole =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "." + file.getFileName(),
            "",
            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
        for (ByteBuffer rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) {
          channel.write(rest);
        }
        channel.force(true);
      }
      Files.setPosixFilePermissions(whole, permissions);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** Warns where others than the owner may read the file. */
  static void warnOfReaders(Path file) throws IOException {
    Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
    others.removeAll(OWNER_ONLY);
    if (!others.isEmpty()) {
      LOG.warnf("%s is readable by other users: chmod 600", file);
    }
  }

  /**
   * @param bytes of randomness
   * @return base64url
   */
  static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
