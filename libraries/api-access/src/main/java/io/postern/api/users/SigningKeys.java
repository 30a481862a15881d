package io.postern.api.users;

import io.postern.api.access.Ed25519Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The key pair by which policy-service signs tokens, and the file with its public key, which every
 * service with an API reads. Both are made at first start. A new private key keeps the former
 * public key in that file, so that tokens of the former one are taken until they expire: delete the
 * private key's file and start again. Immutable; any thread.
 */
public final class SigningKeys {
  private static final int MOST_PUBLIC = 2;

  private final KeyPair pair;

  /**
   * @throws IllegalStateException a file has something else: a sentence with the cure
   */
  public SigningKeys(Path privateFile, Path publicFile) throws IOException {
    pair = SecretFile.locked(privateFile, () -> prepared(privateFile, publicFile));
    SecretFile.warnOfReaders(privateFile);
  }

  public KeyPair pair() {
    return pair;
  }

  private static KeyPair prepared(Path privateFile, Path publicFile) throws IOException {
    if (!Files.exists(privateFile)) {
      SecretFile.write(privateFile, Ed25519Keys.pem(Ed25519Keys.generate()));
    }
    KeyPair pair = read(privateFile, Ed25519Keys::pair);
    List<PublicKey> keys = new ArrayList<>();
    keys.add(pair.getPublic());
    if (Files.exists(publicFile)) {
      List<PublicKey> before = read(publicFile, Ed25519Keys::publicKeys);
      if (before.contains(pair.getPublic())) {
        return pair;
      }
      before.stream().limit(MOST_PUBLIC - 1).forEach(keys::add);
    }
    Files.createDirectories(publicFile.toAbsolutePath().resolveSibling("."));
    SecretFile.writeForAll(publicFile, Ed25519Keys.pem(keys));
    return pair;
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
