package io.postern.transport;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A client's offer (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), by IANA's numbers, in its order. A list
 * that was not sent is empty; of a longer one it has the first {@value #MOST}, more than IANA has
 * registered. A session that waits for the client keeps {@link #verifiableKeys} alone.
 *
 * @param versions of supported_versions; TLS 1.2 needs no such list
 */
@SuppressWarnings("ArrayRecordComponent") // read once, by its maker
record ClientHello(int[] suites, int[] versions, int[] signatureAlgorithms) {
  static final int MOST = 400;

  /** The keys, in certificates and signatures, that a client can verify. */
  record VerifiableKeys(boolean ecdsa, boolean rsa) {
    static final VerifiableKeys NOT_KNOWN = new VerifiableKeys(false, false);
  }

  private static final int SIGNATURE_ALGORITHMS = 13;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int TLS_1_3 = 0x0304;

  private static final int[] ECDSA_SUITES = {0xC02C, 0xCCA9, 0xC02B, 0xC00A, 0xC009};
  private static final int[] ECDSA = {0x0403, 0x0503, 0x0603};
  private static final int[] RSA = {0x0401, 0x0501, 0x0601};
  private static final int[] RSA_PSS = {0x0804, 0x0805, 0x0806};

  /** Empty for a hello that is cut short or odd, and for another message: the engine judges it. */
  static Optional<ClientHello> read(ByteBuffer record) {
    try {
      ByteBuffer hello = Hellos.body(record, Hellos.CLIENT_HELLO);
      Hellos.skip(hello, hello.get() & 0xff); // session id
      int[] suites = numbers(Hellos.slice(hello, hello.getShort() & 0xffff));
      Hellos.skip(hello, hello.get() & 0xff); // compression methods
      ByteBuffer versions = Hellos.extension(hello.duplicate(), SUPPORTED_VERSIONS);
      Hellos.skip(versions, versions.hasRemaining() ? 1 : 0);
      return Optional.of(
          new ClientHello(
              suites,
              numbers(versions),
              list(Hellos.extension(hello.duplicate(), SIGNATURE_ALGORITHMS))));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int[] list(ByteBuffer extension) {
    Hellos.skip(extension, Math.min(2, extension.remaining()));
    return numbers(extension);
  }

  private static int[] numbers(ByteBuffer octets) {
    int[] numbers = new int[Math.min(octets.remaining() / 2, MOST)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = octets.getShort() & 0xffff;
    }
    return numbers;
  }

  private static boolean anyOf(int[] numbers, int... wanted) {
    for (int number : numbers) {
      for (int one : wanted) {
        if (number == one) {
          return true;
        }
      }
    }
    return false;
  }

  boolean tls13() {
    return anyOf(versions, TLS_1_3);
  }

  /** It offers a suite for an ECDSA certificate, or will get TLS 1.3 where a suite names no key. */
  boolean mayGetEcdsa(boolean tls13) {
    return tls13 && tls13() || anyOf(suites, ECDSA_SUITES);
  }

  /** RSA keys sign with PSS alone in TLS 1.3 (RFC 8446 §4.2.3). */
  VerifiableKeys verifiableKeys() {
    boolean anything = signatureAlgorithms.length == 0; // RFC 5246 §7.4.1.4.1
    return new VerifiableKeys(
        mayGetEcdsa(true) && (anything || anyOf(signatureAlgorithms, ECDSA)),
        anything
            || anyOf(signatureAlgorithms, RSA_PSS)
            || !tls13() && anyOf(signatureAlgorithms, RSA));
  }
}
