package io.postern.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * A file with a secret of ours, at most 1,024 octets: a password, or random octets. One that
 * everyone on the machine may read is refused. An IOException names the file, the error and the
 * cure, and nothing of its content. Stateless.
 */
public final class SecretFile {
  private static final int MAX = 1024;

  private SecretFile() {}

  /** All of it. */
  public static byte[] octets(Path file) throws IOException {
    if (open(file)) {
      throw new IOException(
          file
              + " is readable or writable by other users of this machine: chmod 600 (0440 in a "
              + "volume of secrets)");
    }
    byte[] octets;
    try (InputStream in = Files.newInputStream(file)) {
      octets = in.readNBytes(MAX + 1);
    } catch (NoSuchFileException e) {
      throw new IOException("no such file: " + file, e);
    }
    if (octets.length > MAX) {
      throw new IOException(file + " is larger than " + MAX + " octets: this is not a secret");
    }
    return octets;
  }

  /** Its only line, printable ASCII. */
  static char[] password(Path file) throws IOException {
    String line = new String(octets(file), StandardCharsets.ISO_8859_1).replaceFirst("\r?\n$", "");
    if (line.isEmpty() || line.chars().anyMatch(c -> c < ' ' || c > '~')) {
      throw new IOException(file + " must be one line, of printable ASCII characters");
    }
    return line.toCharArray();
  }

  /** Everyone on the machine may read it, or others than its owner write it. */
  public static boolean open(Path file) throws IOException {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      return mode.contains(PosixFilePermission.OTHERS_READ)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)
          || mode.contains(PosixFilePermission.GROUP_WRITE);
    } catch (UnsupportedOperationException e) {
      return false; // a file system without modes
    } catch (NoSuchFileException e) {
      throw new IOException("no such file: " + file, e);
    }
  }
}
