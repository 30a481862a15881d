package io.postern.operator.signin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.operator.pem.PemFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The file of a context's token, for its owner alone (mode 0600, in a folder of mode 0700). It is
 * whole or not there. Any thread, and any number of processes.
 */
public final class TokenFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 64 << 10;
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");
  // A lock of a file is one of the process: two threads of one would fail.
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Path file;
  private final String context;
  private final Duration patience;

  private TokenFile(Path file, String context, Duration patience) {
    this.file = file;
    this.context = context;
    this.patience = patience;
  }

  /** The same with another wait for the lock. */
  TokenFile waiting(Duration time) {
    return new TokenFile(file, context, time);
  }

  /**
   * @param folder of all tokens; it is made when the first is written
   * @param context what the token is for: the path of a context file
   */
  public static TokenFile of(Path folder, String context) {
    return new TokenFile(folder.resolve(hash(context) + ".json"), context, PATIENCE);
  }

  private static String hash(String context) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(context.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }

  /**
   * Empty: nobody is signed in.
   *
   * @throws IOException it cannot be read, is no token, or others may read it
   */
  public Optional<Token> read() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
    others.removeAll(OWNER);
    if (!others.isEmpty()) {
      throw new IOException(file + " is readable by other users, who may know the token" + again());
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + " is too large to be a token" + again());
    }
    try {
      Token token = JSON.readValue(file.toFile(), Token.class);
      Instant.parse(token.ends());
      return token.context().equals(context) ? Optional.of(token) : Optional.empty();
    } catch (JacksonException | NullPointerException | DateTimeException e) {
      // Without the text, which has the token.
      throw new IOException(file + " has no readable token" + again());
    }
  }

  private static String again() {
    return ": postern sign-out, and sign in again: postern sign-in";
  }

  /** In place of the former one. */
  public void put(Token token) throws IOException {
    locked(
        () -> {
          write(token);
          return token;
        });
  }

  /** The same for the holder of the lock. */
  void write(Token token) throws IOException {
    PemFile.writeSecret(file, JSON.writeValueAsString(token));
  }

  /**
   * What was removed.
   *
   * @param wasThere false: nobody was signed in
   * @param token empty: none, or one that could not be read
   * @param problem why it could not be read; empty: none
   */
  public record Removed(boolean wasThere, Optional<Token> token, String problem) {}

  /**
   * Removes the token, which is the one that a renewal has just written, and what a killed process
   * left half written.
   */
  public Removed remove() throws IOException {
    return Files.exists(folder())
        ? locked(this::removed)
        : new Removed(false, Optional.empty(), "");
  }

  private Removed removed() throws IOException {
    // Whoever writes a token holds the lock: nobody writes these any more.
    try (DirectoryStream<Path> stale = Files.newDirectoryStream(folder(), ".new*")) {
      for (Path each : stale) {
        Files.deleteIfExists(each);
      }
    }
    Optional<Token> token = Optional.empty();
    String problem = "";
    try {
      token = read();
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    }
    return new Removed(Files.deleteIfExists(file), token, problem);
  }

  /** Work on a file that nobody else may change meanwhile. */
  interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Alone among all processes of the user that change a token. It waits 30 s for the one that has
   * the lock, which may be stopped.
   *
   * @throws IOException another process keeps the lock
   */
  <T> T locked(Work<T> work) throws IOException {
    makeFolder();
    long end = System.nanoTime() + patience.toNanos();
    try {
      if (!IN_PROCESS.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy();
      }
      try (FileChannel channel =
              FileChannel.open(
                  file.resolveSibling("lock"),
                  Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                  PosixFilePermissions.asFileAttribute(OWNER));
          FileLock lock = lock(channel, end)) {
        return work.run();
      } finally {
        IN_PROCESS.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the lock of the tokens", e);
    }
  }

  /** Java's wait for a lock of a file has no end. */
  private FileLock lock(FileChannel channel, long end) throws IOException, InterruptedException {
    FileLock lock = channel.tryLock();
    while (lock == null) {
      if (System.nanoTime() - end > 0) {
        throw busy();
      }
      Thread.sleep(PAUSE);
      lock = channel.tryLock();
    }
    return lock;
  }

  private IOException busy() {
    return new IOException(
        "another postern process has held "
            + file.resolveSibling("lock")
            + " for "
            + patience.toSeconds()
            + " s: stop it, and run the command again");
  }

  private Path folder() {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "folder of tokens");
  }

  private void makeFolder() throws IOException {
    Path folder = folder();
    if (!Files.exists(folder)) {
      Files.createDirectories(folder.resolveSibling("."));
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }
}
