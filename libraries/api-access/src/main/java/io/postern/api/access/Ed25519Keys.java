package io.postern.api.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ed25519 keys (RFC 8032) in PEM files, as {@code openssl genpkey -algorithm ed25519} writes them.
 */
public final class Ed25519Keys {
  private static final String ALGORITHM = "Ed25519";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final String PRIVATE = "PRIVATE KEY";
  private static final int MOST_BYTES = 16 << 10;
  private static final int ID_CHARACTERS = 16;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([^-]*)-----END \\1-----");

  private Ed25519Keys() {}

  public static KeyPair generate() {
    try {
      return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has Ed25519", e);
    }
  }

  /** By which a token names the key: a part of the hash of the public key. */
  public static String id(PublicKey key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return Base64.getUrlEncoder().encodeToString(hash).substring(0, ID_CHARACTERS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Private and public key. */
  public static byte[] pem(KeyPair pair) {
    return (block(PRIVATE, pair.getPrivate().getEncoded()) + text(List.of(pair.getPublic())))
        .getBytes(StandardCharsets.US_ASCII);
  }

  public static byte[] pem(List<PublicKey> keys) {
    return text(keys).getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(List<PublicKey> keys) {
    StringBuilder text = new StringBuilder();
    keys.forEach(key -> text.append(block(PUBLIC, key.getEncoded())));
    return text.toString();
  }

  private static String block(String kind, byte[] content) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(content))
        .replace("\r", "");
  }

  /**
   * The public keys of a file, in its order.
   *
   * @throws IllegalStateException it has none, or something that is no key: a sentence
   */
  public static List<PublicKey> publicKeys(byte[] content) {
    List<PublicKey> keys = new ArrayList<>();
    for (byte[] block : blocks(content, PUBLIC)) {
      try {
        keys.add(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(block)));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("a public key in it is not an Ed25519 key", e);
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalStateException("it has no PEM block PUBLIC KEY");
    }
    return List.copyOf(keys);
  }

  /**
   * The pair of a file, as {@link #pem(KeyPair)} writes it.
   *
   * @throws IllegalStateException it has none: a sentence
   */
  public static KeyPair pair(byte[] content) {
    List<byte[]> blocks = blocks(content, PRIVATE);
    if (blocks.size() != 1) {
      throw new IllegalStateException("it has not one PEM block PRIVATE KEY");
    }
    try {
      PrivateKey key =
          KeyFactory.getInstance(ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(blocks.getFirst()));
      return new KeyPair(publicKeys(content).getFirst(), key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("its private key is not an Ed25519 key", e);
    }
  }

  private static List<byte[]> blocks(byte[] content, String kind) {
    if (content.length > MOST_BYTES) {
      throw new IllegalStateException("it has more than " + MOST_BYTES + " bytes");
    }
    List<byte[]> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(new String(content, StandardCharsets.US_ASCII));
    while (block.find()) {
      if (block.group(1).equals(kind)) {
        try {
          blocks.add(Base64.getMimeDecoder().decode(block.group(2)));
        } catch (IllegalArgumentException e) {
          throw new IllegalStateException("a PEM block in it is not base64", e);
        }
      }
    }
    return blocks;
  }
}
