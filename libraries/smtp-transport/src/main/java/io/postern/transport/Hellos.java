package io.postern.transport;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The reader of the two plaintext messages of a handshake, for facts that the engine does not give
 * (RFC 8446 §4.1, RFC 5246 §7.4.1). A message that is cut short or odd reads as "not known": the
 * engine judges it. Buffers stay as they were.
 */
final class Hellos {
  private static final int HEADER = 5;
  private static final int HANDSHAKE = 22;
  static final int CLIENT_HELLO = 1;
  private static final int SERVER_HELLO = 2;
  private static final int KEY_SHARE = 51;

  private Hellos() {}

  /** Octets of the first record with its header; 0 while they are not known. */
  static int recordLength(ByteBuffer bytes) {
    return bytes.remaining() < HEADER
        ? 0
        : HEADER + (bytes.getShort(bytes.position() + 3) & 0xffff);
  }

  /** The first octet is that of a record of a handshake. */
  static boolean isHandshake(ByteBuffer bytes) {
    return bytes.hasRemaining() && bytes.get(bytes.position()) == HANDSHAKE;
  }

  /**
   * The client could not use an EC certificate: it will not get TLS 1.3 and offers no ECDSA suite,
   * whatever its signature algorithms say.
   */
  static boolean needsRsa(ByteBuffer record, boolean tls13) {
    return ClientHello.read(record).filter(hello -> !hello.mayGetEcdsa(tls13)).isPresent();
  }

  /**
   * All of a record that begins with a ServerHello or HelloRetryRequest. Asked of every record of a
   * handshake, most of which are others.
   */
  static boolean isServerHello(ByteBuffer bytes) {
    return isHandshake(bytes)
        && bytes.remaining() > HEADER
        && bytes.get(bytes.position() + HEADER) == SERVER_HELLO
        && bytes.remaining() >= recordLength(bytes);
  }

  /** The group of a TLS 1.3 ServerHello or HelloRetryRequest; "" when not known, as in TLS 1.2. */
  static String group(ByteBuffer record) {
    try {
      ByteBuffer hello = body(record, SERVER_HELLO);
      skip(hello, hello.get() & 0xff); // session id
      skip(hello, 3); // suite, compression
      ByteBuffer share = extension(hello, KEY_SHARE);
      return share.remaining() < 2
          ? ""
          : TlsNames.GROUPS.getOrDefault(share.getShort() & 0xffff, "");
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return "";
    }
  }

  /** Behind version and random. */
  static ByteBuffer body(ByteBuffer record, int type) {
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

  static ByteBuffer extension(ByteBuffer hello, int type) {
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

  static ByteBuffer slice(ByteBuffer from, int length) {
    ByteBuffer slice = from.slice(from.position(), Math.min(length, from.remaining()));
    from.position(from.position() + slice.remaining());
    return slice;
  }

  static void skip(ByteBuffer buffer, int count) {
    buffer.position(buffer.position() + count);
  }
}
