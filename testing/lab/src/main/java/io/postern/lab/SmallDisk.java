package io.postern.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A disk of its own for a folder, which can be filled: an ext4 file system in a sparse file beside
 * the folder, mounted there. The file stays when it is closed: {@code mount -o loop FILE FOLDER}
 * shows what was in it.
 *
 * <p>Linux, as root, with loop devices ({@link #canBeMade}). One that is not closed stays mounted
 * after the end of this process. Owner: one thread at a time.
 */
public final class SmallDisk implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final long MIB = 1 << 20;
  private static final byte[] BLOCK = new byte[4096];

  private final Path folder;
  private final Path ballast;
  private boolean closed;

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.ballast = folder.resolve("ballast");
  }

  /** Whether this machine lets us. */
  public static boolean canBeMade() {
    try {
      Path folder = Files.createTempDirectory("small-disk");
      Path file = file(folder);
      try (SmallDisk _ = mounted(folder, 16 * MIB)) {
        return true;
      } catch (IOException no) {
        return false;
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param folder is made where it is not there; what it holds is hidden
   * @param bytes may be more than the machine has: only what is written takes room
   * @throws IOException where this machine does not let us
   */
  public static SmallDisk mounted(Path folder, long bytes) throws IOException {
    Path file = file(folder);
    Files.createDirectories(folder);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    // Without a journal: a process that is killed leaves what it wrote, and no machine crashes.
    run("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", file.toString());
    run("mount", "-o", "loop", file.toString(), folder.toString());
    return new SmallDisk(folder);
  }

  private static Path file(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".disk");
  }

  /** Takes all that is free. What others give back is free again. */
  public void fill() throws IOException {
    long free = Files.getFileStore(folder).getUnallocatedSpace();
    for (long piece = free; piece >= MIB; piece = Math.min(piece / 2, free)) {
      take(piece);
      free = Files.getFileStore(folder).getUnallocatedSpace();
    }
    try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
      file.seek(file.length());
      while (true) {
        file.write(BLOCK);
      }
    } catch (IOException full) {
      return;
    }
  }

  /** At once; where so much is not free in fact, the next piece is smaller. */
  private void take(long bytes) throws IOException {
    long end = Files.exists(ballast) ? Files.size(ballast) : 0;
    List<String> command =
        List.of(
            "fallocate", "-o", Long.toString(end), "-l", Long.toString(bytes), ballast.toString());
    ended(command, started(command));
  }

  public void makeRoom() throws IOException {
    Files.deleteIfExists(ballast);
  }

  /** Whoever writes there must have ended. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      run("umount", folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... words) throws IOException {
    List<String> command = List.of(words);
    Process process = started(command);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (ended(command, process) != 0) {
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
  }

  private static Process started(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    return process;
  }

  private static int ended(List<String> command, Process process) throws IOException {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(String.join(" ", command) + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
