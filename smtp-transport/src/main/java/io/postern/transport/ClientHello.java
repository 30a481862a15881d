package io.postern.transport;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a client says it can do (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), by IANA's numbers, in its
 * order. A list that was not sent is empty.
 *
 * @param versions of supported_versions; TLS 1.2 needs no such list
 */
record ClientHello(
    List<Integer> suites,
    List<Integer> versions,
    List<Integer> groups,
    List<Integer> signatureAlgorithms) {
  private static final int SUPPORTED_GROUPS = 10;
  private static final int SIGNATURE_ALGORITHMS = 13;
  private static final int SUPPORTED_VERSIONS = 43;
  private static final int TLS_1_3 = 0x0304;

  private static final Set<Integer> ECDSA_SUITES = Set.of(0xC02C, 0xCCA9, 0xC02B, 0xC00A, 0xC009);
  private static final Set<Integer> ECDSA = Set.of(0x0403, 0x0503, 0x0603);
  private static final Set<Integer> RSA = Set.of(0x0401, 0x0501, 0x0601);
  private static final Set<Integer> RSA_PSS = Set.of(0x0804, 0x0805, 0x0806);

  /** Empty for what is cut short, odd, or no ClientHello: the engine judges that. */
  static Optional<ClientHello> read(ByteBuffer record) {
    try {
      ByteBuffer hello = Hellos.body(record, Hellos.CLIENT_HELLO);
      Hellos.skip(hello, hello.get() & 0xff); // session id
      List<Integer> suites = numbers(Hellos.slice(hello, hello.getShort() & 0xffff));
      Hellos.skip(hello, hello.get() & 0xff); // compression methods
      ByteBuffer versions = Hellos.extension(hello.duplicate(), SUPPORTED_VERSIONS);
      Hellos.skip(versions, versions.hasRemaining() ? 1 : 0);
      return Optional.of(
          new ClientHello(
              suites,
              numbers(versions),
              list(Hellos.extension(hello.duplicate(), SUPPORTED_GROUPS)),
              list(Hellos.extension(hello.duplicate(), SIGNATURE_ALGORITHMS))));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Integer> list(ByteBuffer extension) {
    Hellos.skip(extension, Math.min(2, extension.remaining()));
    return numbers(extension);
  }

  private static List<Integer> numbers(ByteBuffer octets) {
    List<Integer> numbers = new ArrayList<>();
    while (octets.remaining() >= 2) {
      numbers.add(octets.getShort() & 0xffff);
    }
    return numbers;
  }

  boolean tls13() {
    return versions.contains(TLS_1_3);
  }

  /** It offers a suite for an ECDSA certificate, or will get TLS 1.3 where a suite names no key. */
  boolean mayGetEcdsa(boolean tls13) {
    return tls13 && tls13() || suites.stream().anyMatch(ECDSA_SUITES::contains);
  }

  /** It can verify a certificate with an EC key, and what that signs. */
  boolean verifiesEcdsa() {
    return mayGetEcdsa(true) && (signatureAlgorithms.isEmpty() || any(ECDSA));
  }

  /** The same with an RSA key; TLS 1.3 signs with PSS alone (RFC 8446 §4.2.3). */
  boolean verifiesRsa() {
    return signatureAlgorithms.isEmpty() || any(RSA_PSS) || !tls13() && any(RSA);
  }

  private boolean any(Set<Integer> algorithms) {
    return signatureAlgorithms.stream().anyMatch(algorithms::contains);
  }
}
