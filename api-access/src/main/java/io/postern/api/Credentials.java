package io.postern.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The API's one user and password, from a file that is made at first start: 192 random bits, mode
 * 0600. Never logged. Immutable; any thread.
 */
final class Credentials {
  private static final Logger LOG = Logger.getLogger(Credentials.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final int PASSWORD_BYTES = 24;
  private static final int MAX_FILE_BYTES = 1024;

  private final String user;
  private final byte[] digest;

  private Credentials(String user, String password) {
    this.user = user;
    this.digest = digest(user, password);
  }

  /**
   * Reads the file, and makes it before when there is none.
   *
   * @throws IllegalStateException with a sentence that names the file and the cure
   */
  static Credentials at(Path file) {
    try {
      if (!Files.exists(file)) {
        make(file.toAbsolutePath());
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw wrong(file);
      }
      String[] parts = Files.readString(file).strip().split(":", 2);
      if (parts.length != 2 || parts[0].isEmpty() || parts[1].length() < 8) {
        throw wrong(file);
      }
      Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
      others.removeAll(OWNER_ONLY);
      if (!others.isEmpty()) {
        LOG.warnf("%s can be read by others than its owner: chmod 600", file);
      }
      return new Credentials(parts[0], parts[1]);
    } catch (IOException e) {
      throw new IllegalStateException(
          "postern.api.credentials-file "
              + file
              + " cannot be read or made ("
              + e
              + "): name a file in a folder that the service may write to",
          e);
    }
  }

  /** In constant time for a given length of the input. */
  boolean match(String givenUser, String givenPassword) {
    return MessageDigest.isEqual(digest, digest(givenUser, givenPassword));
  }

  String user() {
    return user;
  }

  // Complete before it has its name, so that nobody reads half a file; a link, so that of two
  // services that start at once both use the first one's.
  private static void make(Path file) throws IOException {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Path folder = file.getParent();
    Files.createDirectories(folder);
    Path whole =
        Files.createTempFile(
            folder, ".credentials", "", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      Files.writeString(whole, "admin:" + password + "\n");
      Files.createLink(file, whole);
      LOG.infof("API credentials made: %s", file);
    } catch (FileAlreadyExistsException e) {
      LOG.debugf("%s was made meanwhile", file);
    } finally {
      Files.delete(whole);
    }
  }

  private static IllegalStateException wrong(Path file) {
    return new IllegalStateException(
        "postern.api.credentials-file "
            + file
            + " is not user:password with a password of 8 characters or more: correct it, or delete it and a new one is made");
  }

  private static byte[] digest(String user, String password) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(user.getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      return sha256.digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
