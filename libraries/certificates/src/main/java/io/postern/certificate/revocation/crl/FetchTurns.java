package io.postern.certificate.revocation.crl;

import io.postern.contracts.Fingerprints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The turns at fetching a list, among replicas on one folder: locks on single octets of one file,
 * far behind its end, an octet a list. The system lets go of the locks of a process that ended.
 * Where there are no locks every replica has a turn, and fetches the list itself. Any thread; never
 * blocks.
 */
final class FetchTurns {
  private static final Logger LOG = Logger.getLogger(FetchTurns.class);

  /** A right to fetch, until it is closed. */
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  private static final Turn FREE = () -> {};

  private final Path file;
  // Open as long as the process runs: closing it would let go of all its locks.
  private @Nullable FileChannel channel;
  private boolean said;

  FetchTurns(Path file) {
    this.file = file;
  }

  /** Null: another replica has it. */
  synchronized @Nullable Turn take(String name) {
    try {
      FileLock lock = channel().tryLock(place(name), 1, false);
      return lock == null ? null : () -> release(lock);
    } catch (OverlappingFileLockException e) {
      return null; // another store of this process
    } catch (IOException | UnsupportedOperationException e) {
      if (!said) {
        said = true;
        LOG.warnf(
            "postern.revocation.cache-folder has no locks (%s): replicas fetch each list by themselves",
            e);
      }
      return FREE;
    }
  }

  private FileChannel channel() throws IOException {
    FileChannel open = channel;
    if (open == null || !open.isOpen()) {
      open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel = open;
    }
    return open;
  }

  // 62 bits: two lists in one place would only wait for each other.
  private static long place(String name) {
    byte[] hash = Fingerprints.sha256(name.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong() >>> 2;
  }

  private static void release(FileLock lock) {
    try {
      lock.release();
    } catch (IOException e) {
      LOG.debugf("a lock is gone already: %s", e);
    }
  }
}
