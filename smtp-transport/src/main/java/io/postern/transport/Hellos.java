package io.postern.transport;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Reads the two plaintext messages of a handshake for what the engine does not tell (RFC 8446 §4.1,
 * RFC 5246 §7.4.1). Anything that is cut short or odd reads as "not known": the engine judges it.
 * Buffers are left as they were.
 */
final class Hellos {
  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_HELLO = 2;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int KEY_SHARE = 51;
  private static final int TLS_1_3 = 0x0304;
  private static final Set<Integer> ECDSA_SUITES = Set.of(0xC02C, 0xCCA9, 0xC02B, 0xC00A, 0xC009);
  private static final Map<Integer, String> GROUPS =
      Map.of(0x11EC, "X25519MLKEM768", 0x001D, "x25519", 0x0017, "secp256r1", 0x0018, "secp384r1");

  private Hellos() {}

  /** Octets of the first record with its header; 0 while that cannot be told. */
  static int recordLength(ByteBuffer bytes) {
    return bytes.remaining() < 5 ? 0 : 5 + (bytes.getShort(bytes.position() + 3) & 0xffff);
  }

  /** Not the beginning of TLS, as far as one can see. */
  static boolean isHandshake(ByteBuffer bytes) {
    return bytes.hasRemaining() && bytes.get(bytes.position()) == HANDSHAKE;
  }

  /**
   * The client could not use an EC certificate: it will not get TLS 1.3 and offers no ECDSA suite,
   * whatever its signature algorithms say.
   */
  static boolean needsRsa(ByteBuffer record, boolean tls13) {
    try {
      ByteBuffer hello = body(record, CLIENT_HELLO);
      skip(hello, hello.get() & 0xff); // session id
      ByteBuffer suites = slice(hello, hello.getShort() & 0xffff);
      while (suites.remaining() >= 2) {
        if (ECDSA_SUITES.contains(suites.getShort() & 0xffff)) {
          return false;
        }
      }
      skip(hello, hello.get() & 0xff); // compression methods
      ByteBuffer versions = extension(hello, SUPPORTED_VERSIONS);
      skip(versions, versions.hasRemaining() ? 1 : 0);
      while (tls13 && versions.remaining() >= 2) {
        if ((versions.getShort() & 0xffff) == TLS_1_3) {
          return false;
        }
      }
      return true;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return false;
    }
  }

  /** The group of a TLS 1.3 ServerHello or HelloRetryRequest; "" when not known, as in TLS 1.2. */
  static String group(ByteBuffer record) {
    try {
      ByteBuffer hello = body(record, SERVER_HELLO);
      skip(hello, hello.get() & 0xff); // session id
      skip(hello, 3); // suite, compression
      ByteBuffer share = extension(hello, KEY_SHARE);
      return share.remaining() < 2 ? "" : GROUPS.getOrDefault(share.getShort() & 0xffff, "");
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return "";
    }
  }

  /** Behind version and random. */
  private static ByteBuffer body(ByteBuffer record, int type) {
    ByteBuffer hello = record.duplicate();
    if (hello.get() != HANDSHAKE) {
      throw new IllegalArgumentException("not a handshake");
    }
    skip(hello, 2);
    ByteBuffer message = slice(hello, hello.getShort() & 0xffff);
    if (message.get() != type) {
      throw new IllegalArgumentException("another message");
    }
    skip(message, 3 + 2 + 32);
    return message;
  }

  private static ByteBuffer extension(ByteBuffer hello, int type) {
    if (!hello.hasRemaining()) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer extensions = slice(hello, hello.getShort() & 0xffff);
    while (extensions.hasRemaining()) {
      int found = extensions.getShort() & 0xffff;
      ByteBuffer value = slice(extensions, extensions.getShort() & 0xffff);
      if (found == type) {
        return value;
      }
    }
    return ByteBuffer.allocate(0);
  }

  private static ByteBuffer slice(ByteBuffer from, int length) {
    ByteBuffer slice = from.slice(from.position(), Math.min(length, from.remaining()));
    from.position(from.position() + slice.remaining());
    return slice;
  }

  private static void skip(ByteBuffer buffer, int count) {
    buffer.position(buffer.position() + count);
  }
}
