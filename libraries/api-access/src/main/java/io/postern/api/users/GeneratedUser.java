package io.postern.api.users;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The credentials file, {@code user:password}: of the operator that is made at first start, for
 * programs of the same machine. Its password counts as long as the user is as it was made.
 *
 * @param name of the user
 * @param password at least 8 characters; a generated one has 192 random bits. Never logged
 */
record GeneratedUser(String name, String password) {
  private static final Logger LOG = Logger.getLogger(GeneratedUser.class);
  private static final int PASSWORD_BYTES = 24;
  private static final int MAX_FILE_BYTES = 1024;
  private static final int LEAST_CHARACTERS = 8;

  /** Without the password. */
  @Override
  public String toString() {
    return name;
  }

  static GeneratedUser make(Path file, String name) throws IOException {
    GeneratedUser made = new GeneratedUser(name, SecretFile.random(PASSWORD_BYTES));
    SecretFile.write(
        file, (made.name + ":" + made.password + "\n").getBytes(StandardCharsets.UTF_8));
    LOG.infof("API credentials created: %s", file);
    return made;
  }

  /**
   * Empty: there is no file.
   *
   * @throws IllegalStateException with a sentence that names the file and the cure
   */
  static Optional<GeneratedUser> at(Path file) throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    GeneratedUser user = parse(file, content);
    SecretFile.warnOfReaders(file);
    return Optional.of(user);
  }

  /**
   * @throws IllegalStateException with a sentence that names the file and the cure
   */
  static GeneratedUser parse(Path file, byte[] content) {
    String text =
        content.length > MAX_FILE_BYTES ? "" : new String(content, StandardCharsets.UTF_8).strip();
    String[] parts = text.split(":", 2);
    if (parts.length != 2 || !UserList.isName(parts[0]) || parts[1].length() < LEAST_CHARACTERS) {
      throw new IllegalStateException(
          "postern.api.credentials-file "
              + file
              + " is not user:password with a password of 8 characters or more: correct it, or "
              + "delete it to create a new one");
    }
    return new GeneratedUser(parts[0], parts[1]);
  }

  /** In constant time for a given length of the input. */
  boolean matches(String given) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
  }
}
