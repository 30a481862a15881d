package io.postern.link;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.types.Password;

/**
 * Private keys in PEM as tools write them: PKCS#8, which Kafka reads itself, PKCS#1 ({@code RSA
 * PRIVATE KEY}) and SEC 1 ({@code EC PRIVATE KEY}). The last two are the content of a PKCS#8 key,
 * which has the algorithm before it. Kafka's broker has no library for them. Pure.
 */
final class PrivateKeyPem {
  private static final Pattern BARE =
      Pattern.compile(
          "-----BEGIN (RSA|EC) PRIVATE KEY-----(.*?)-----END \\1 PRIVATE KEY-----", Pattern.DOTALL);
  private static final byte[] VERSION = {2, 1, 0};
  // SEQUENCE of rsaEncryption, 1.2.840.113549.1.1.1, and NULL
  private static final byte[] RSA =
      bytes(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 5, 0);
  // id-ecPublicKey, 1.2.840.10045.2.1; the curve follows it
  private static final byte[] EC = bytes(0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int INTEGER = 0x02;
  private static final int CURVE = 0xa0;
  private static final int LONG = 0x80; // a length of several octets
  private static final String NO_CURVE = "the EC private key does not name its curve";

  private PrivateKeyPem() {}

  /**
   * The key in PKCS#8, any other text as it is.
   *
   * @throws InvalidKeyException where the key is encrypted in a form of its own, is cut off, or
   *     does not name its curve
   */
  static Password pkcs8(Password pem) throws InvalidKeyException {
    Matcher bare = BARE.matcher(pem.value());
    if (!bare.find()) {
      return pem;
    }
    if (bare.group(2).contains(":")) { // header fields: Proc-Type, DEK-Info
      throw new InvalidKeyException("the private key is encrypted and not PKCS#8");
    }
    byte[] key;
    try {
      key = Base64.getMimeDecoder().decode(bare.group(2));
    } catch (IllegalArgumentException broken) {
      throw new InvalidKeyException("the private key is not Base64", broken);
    }
    byte[] algorithm =
        bare.group(1).equals("RSA") ? RSA : element(SEQUENCE, concat(EC, new Der(key).curve()));
    byte[] whole = element(SEQUENCE, concat(VERSION, algorithm, element(OCTETS, key)));
    return new Password(
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(whole)));
  }

  /** Reads the elements of one SEC 1 key. */
  private static final class Der {
    private final byte[] all;
    private int at;

    private Der(byte[] all) {
      this.all = all;
    }

    /** The curve's name with its tag. */
    private byte[] curve() throws InvalidKeyException {
      enter(SEQUENCE);
      skip(INTEGER);
      skip(OCTETS);
      int length = enter(CURVE);
      return Arrays.copyOfRange(all, at, at + length);
    }

    private void skip(int tag) throws InvalidKeyException {
      int length = enter(tag);
      at += length;
    }

    /** Goes to the content of the next element and gives its length. */
    private int enter(int tag) throws InvalidKeyException {
      if (octet() != tag) {
        throw new InvalidKeyException(NO_CURVE);
      }
      int first = octet();
      int length = first < LONG ? first : 0;
      for (int more = first - LONG; more > 0; more--) {
        length = length << 8 | octet();
      }
      if (length < 0 || length > all.length - at) {
        throw new InvalidKeyException("the EC private key is cut off");
      }
      return length;
    }

    private int octet() throws InvalidKeyException {
      if (at >= all.length) {
        throw new InvalidKeyException(NO_CURVE);
      }
      return all[at++] & 0xff;
    }
  }

  /** With its length in as few octets as it needs: Java reads no other. */
  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length < LONG) {
      out.write(length);
    } else {
      int octets = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(LONG + octets);
      for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        out.write(length >> shift);
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
