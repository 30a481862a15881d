package io.postern.delivery.session;

import io.postern.delivery.route.ClientIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for smart hosts: ORGANIZATION/NAME.user and ORGANIZATION/NAME.password in a folder,
 * each a line of UTF-8 of at most 255 octets, so that no organization uses another's (G8). They are
 * read for each delivery and not kept: new ones count at once. A password that everyone on the
 * machine may read is refused. Any thread.
 */
public final class CredentialsFolder {
  private static final int MAX = 255; // as much as RFC 4616 §2 makes a server take

  private final Optional<Path> folder;

  public CredentialsFolder(Optional<Path> folder) {
    this.folder = folder;
  }

  /** Null: the identity names none. */
  public @Nullable Credentials of(ClientIdentity identity) throws CredentialsException {
    String name = identity.credentials();
    if (name.isEmpty()) {
      return null;
    }
    if (folder.isEmpty()) {
      throw unusable(name, "postern.delivery.credentials-folder is not set");
    }
    if (!name.matches(TlsClients.NAME)) {
      throw unusable(
          name,
          "its name must be the organization's ID, a slash, and letters, digits, dots, hyphens and "
              + "underscores");
    }
    Path password = folder.get().resolve(name + ".password");
    String user = line(name, folder.get().resolve(name + ".user"));
    String secret = line(name, password);
    checkMode(name, password);
    return new Credentials(user, secret);
  }

  private static String line(String name, Path file) throws CredentialsException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX + 3); // a line end, and one more that is too much
    } catch (NoSuchFileException e) {
      throw unusable(name, "no such file: " + file);
    } catch (IOException e) {
      throw unusable(name, file + " cannot be read (" + e.getClass().getSimpleName() + ")");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      text = ""; // no cause: it could quote the file
    }
    String line = text.replaceFirst("\r?\n$", "");
    if (line.isEmpty()
        || line.getBytes(StandardCharsets.UTF_8).length > MAX
        || line.chars().anyMatch(Character::isISOControl)) {
      throw unusable(name, file + " must be one line of UTF-8 text, of 1 to " + MAX + " octets");
    }
    return line;
  }

  private static void checkMode(String name, Path file) throws CredentialsException {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      if (mode.contains(PosixFilePermission.OTHERS_READ)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)
          || mode.contains(PosixFilePermission.GROUP_WRITE)) {
        throw unusable(
            name,
            file
                + " is readable or writable by other users of this machine: chmod 600 (0440 in a "
                + "volume of secrets)");
      }
    } catch (UnsupportedOperationException e) {
      return; // a file system without modes
    } catch (IOException e) {
      throw unusable(name, "the mode of " + file + " cannot be read");
    }
  }

  private static CredentialsException unusable(String name, String why) {
    return new CredentialsException("the credentials \"" + name + "\" cannot be used: " + why);
  }
}
