package io.postern.log.sealing;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.SealingKeyMade;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of contents in the records of envelopes, and what it seals: AES-256-GCM (NIST SP 800-38D)
 * with the message's queue id as additional data, so that a content opens for its own message
 * alone.
 *
 * <p>A sealed content is: 1 octet for the form (1), 16 of the key's id, 12 of nonce, the content's
 * octets, 16 of tag. Each key is one process' own and is used for hours, and each nonce is random:
 * after 2^32 contents of one key the probability of a repeated nonce is 2^-33. Immutable; any
 * thread.
 */
public final class SealingKey {
  /** Octets that a sealed content has more than the content. */
  public static final int OVERHEAD = 45;

  private static final byte FORM = 1;
  private static final int ID_BYTES = 16;
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;
  private static final byte[] LABEL = "postern sealed content".getBytes(StandardCharsets.US_ASCII);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] id;
  private final SecretKeySpec key;

  private SealingKey(byte[] id, byte[] key) {
    this.id = id;
    this.key = new SecretKeySpec(key, "AES");
  }

  /** A new one. */
  public static SealingKey random() {
    return new SealingKey(random(ID_BYTES), random(KEY_BYTES));
  }

  /**
   * @throws IllegalArgumentException the record is none of a key
   */
  public static SealingKey of(SealingKeyMade record) {
    if (record.getId().size() != ID_BYTES || record.getKey().size() != KEY_BYTES) {
      throw new IllegalArgumentException("a key has an id of 16 octets and 32 octets");
    }
    return new SealingKey(record.getId().toByteArray(), record.getKey().toByteArray());
  }

  /** For the topic of keys, and for nothing else: it has the key. */
  SealingKeyMade made() {
    return SealingKeyMade.newBuilder()
        .setId(ByteString.copyFrom(id))
        .setKey(ByteString.copyFrom(key.getEncoded()))
        .build();
  }

  /** Its name: 32 hexadecimal digits. */
  public String id() {
    return HexFormat.of().formatHex(id);
  }

  /**
   * Seals the first octets of a content.
   *
   * @param queueId of its message
   */
  public byte[] seal(String queueId, byte[] content, int length) {
    byte[] sealed = Arrays.copyOf(new byte[] {FORM}, length + OVERHEAD);
    System.arraycopy(id, 0, sealed, 1, ID_BYTES);
    System.arraycopy(random(NONCE_BYTES), 0, sealed, 1 + ID_BYTES, NONCE_BYTES);
    try {
      var unused =
          cipher(Cipher.ENCRYPT_MODE, queueId, sealed)
              .doFinal(content, 0, length, sealed, HEAD_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-GCM", e);
    }
    return sealed;
  }

  /**
   * The content that {@link #seal} has sealed.
   *
   * @param queueId of the message whose content it must be
   * @throws BrokenSealException it is not, not as it was, or of another key
   */
  public byte[] open(String queueId, byte[] sealed) throws BrokenSealException {
    if (!idOf(sealed).equals(id())) {
      throw new BrokenSealException("it is sealed with another key", null);
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, queueId, sealed)
          .doFinal(sealed, HEAD_BYTES, sealed.length - HEAD_BYTES);
    } catch (AEADBadTagException e) {
      throw new BrokenSealException("it was altered, or is another message's", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-GCM", e);
    }
  }

  /** The id of the key that opens a sealed content. */
  public static String idOf(byte[] sealed) throws BrokenSealException {
    if (sealed.length < OVERHEAD || sealed[0] != FORM) {
      throw new BrokenSealException("it is cut, or of a form that is not known", null);
    }
    return HexFormat.of().formatHex(sealed, 1, 1 + ID_BYTES);
  }

  private Cipher cipher(int mode, String queueId, byte[] sealed) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, sealed, 1 + ID_BYTES, NONCE_BYTES));
    byte[] of = queueId.getBytes(StandardCharsets.US_ASCII);
    cipher.updateAAD(ByteBuffer.allocate(LABEL.length + of.length).put(LABEL).put(of).flip());
    return cipher;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "key " + id();
  }
}
