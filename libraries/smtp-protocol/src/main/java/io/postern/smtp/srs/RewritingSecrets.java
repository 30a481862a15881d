package io.postern.smtp.srs;

import io.postern.contracts.FileStamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The installation's secrets for sender rewriting: a file of 1 to 10 lines, each a secret of 32 to
 * 255 octets. The first makes addresses, all of them count at the way back. Lines that are empty or
 * begin with # are skipped. A file that everyone on the machine may read is refused.
 *
 * <p>The file is looked at again every {@value #LOOK_SECONDS} seconds, by the thread that asks, and
 * read when it has changed. While it cannot be used the secrets read before stay in force. Any
 * thread. Nothing of a secret is in any message.
 */
public final class RewritingSecrets implements Supplier<Optional<SenderRewriting>> {
  static final int LOOK_SECONDS = 5;
  private static final int MOST_BYTES = 4096;
  private static final int MOST_SECRETS = 10;
  private static final int LEAST_OCTETS = 32;
  private static final int MOST_OCTETS = 255;

  private final @Nullable Path file;
  private final LongSupplier nanoTime;
  private @Nullable SenderRewriting inForce;
  private @Nullable FileStamp read; // at the last reading
  private String problem = "";
  private long lookedAt;
  private boolean looked;

  /**
   * @param file empty: no file is set, and no sender can be rewritten
   */
  public RewritingSecrets(Optional<Path> file) {
    this(file, System::nanoTime);
  }

  RewritingSecrets(Optional<Path> file, LongSupplier nanoTime) {
    this.file = file.orElse(null);
    this.nanoTime = nanoTime;
  }

  /** Empty: there are none that can be used. */
  @Override
  public synchronized Optional<SenderRewriting> get() {
    long now = nanoTime.getAsLong();
    if (file != null && (!looked || now - lookedAt >= LOOK_SECONDS * 1_000_000_000L)) {
      looked = true;
      lookedAt = now;
      look(file);
    }
    return Optional.ofNullable(inForce);
  }

  /** Why the file that is set cannot be used, with the cure; empty: it can, or none is set. */
  public synchronized String problem() {
    get();
    return problem;
  }

  private void look(Path secrets) {
    try {
      FileStamp changed = FileStamp.of(secrets);
      if (changed.equals(read) && problem.isEmpty()) {
        return;
      }
      checkMode(secrets);
      inForce = new SenderRewriting(parse(secrets));
      read = changed;
      problem = "";
    } catch (IOException e) {
      problem = secrets + " cannot be read (" + e.getClass().getSimpleName() + ")";
    } catch (IllegalArgumentException e) {
      problem = secrets + ": " + e.getMessage();
    }
  }

  private static List<byte[]> parse(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    }
    List<byte[]> secrets =
        new String(bytes, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList();
    if (bytes.length > MOST_BYTES
        || secrets.isEmpty()
        || secrets.size() > MOST_SECRETS
        || secrets.stream().anyMatch(s -> s.length < LEAST_OCTETS || s.length > MOST_OCTETS)) {
      throw new IllegalArgumentException(
          "use 1 to 10 secrets, one per line, of 32 to 255 octets each, such as the output of "
              + "openssl rand -base64 32");
    }
    return secrets;
  }

  private static void checkMode(Path file) throws IOException {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      if (mode.contains(PosixFilePermission.OTHERS_READ)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)
          || mode.contains(PosixFilePermission.GROUP_WRITE)) {
        throw new IllegalArgumentException(
            "it is readable or writable by other users of this machine: chmod 600 (0440 in a "
                + "volume of secrets)");
      }
    } catch (UnsupportedOperationException e) {
      return; // a file system without modes
    }
  }
}
