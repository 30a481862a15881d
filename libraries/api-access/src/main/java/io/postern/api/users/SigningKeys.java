package io.postern.api.users;

import io.postern.api.access.Access;
import io.postern.api.access.Ed25519Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The key pair by which policy-service signs tokens, and the file with its public key, which every
 * service with an API reads. Both are made at first start. A new private key keeps the former
 * public key in that file, so that tokens of the former one are taken until they expire, 12 hours
 * at most: delete the private key's file and start all replicas again. Immutable; any thread that
 * may block.
 */
public final class SigningKeys {
  private static final Duration KEPT = Access.LONGEST_TOKEN.plusMinutes(1); // clocks differ

  private final Path privateFile;
  private final Path publicFile;
  private final KeyPair pair;

  /**
   * @throws IllegalStateException a file has something else: a sentence with the cure
   */
  public SigningKeys(Path privateFile, Path publicFile) throws IOException {
    this.privateFile = privateFile;
    this.publicFile = publicFile;
    pair = SecretFile.locked(privateFile, this::prepared);
    SecretFile.warnOfReaders(privateFile);
    dropFormer();
  }

  public KeyPair pair() {
    return pair;
  }

  private KeyPair prepared() throws IOException {
    if (!Files.exists(privateFile)) {
      SecretFile.write(privateFile, Ed25519Keys.pem(Ed25519Keys.generate()));
    }
    KeyPair pair = read(privateFile, Ed25519Keys::pair);
    List<PublicKey> before = published();
    if (before.isEmpty() || !before.getFirst().equals(pair.getPublic())) {
      List<PublicKey> keys = new ArrayList<>(List.of(pair.getPublic()));
      before.stream().filter(key -> !key.equals(pair.getPublic())).findFirst().ifPresent(keys::add);
      Files.createDirectories(publicFile.toAbsolutePath().resolveSibling("."));
      SecretFile.writeForAll(publicFile, Ed25519Keys.pem(keys));
    }
    return pair;
  }

  /** The present one first. */
  private List<PublicKey> published() throws IOException {
    return Files.exists(publicFile) ? read(publicFile, Ed25519Keys::publicKeys) : List.of();
  }

  /**
   * Takes the former key out of the public file when no token that it has signed is good any more.
   * To be called again and again.
   *
   * @return true: there was one
   */
  public boolean dropFormer() throws IOException {
    return SecretFile.locked(
        privateFile,
        () -> {
          List<PublicKey> keys = published();
          boolean drops = keys.size() > 1 && isOld();
          if (drops) {
            SecretFile.writeForAll(publicFile, Ed25519Keys.pem(keys.subList(0, 1)));
          }
          return drops;
        });
  }

  /** Since a key became the former one, the file has not been written. */
  private boolean isOld() throws IOException {
    return Files.getLastModifiedTime(publicFile).toInstant().plus(KEPT).isBefore(Instant.now());
  }

  private static <T> T read(Path file, WatchedFile.Parser<T> parser) throws IOException {
    try {
      return parser.parse(Files.readAllBytes(file));
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "the key file " + file + " cannot be used: " + e.getMessage() + ": delete it", e);
    }
  }
}
