package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientHelloTest {

  /** Suites, versions and signature algorithms as IANA numbers in hex. */
  @ParameterizedTest
  @CsvSource({
    "1301,      0304,      0403 0804, true,  true",
    "1301,      0304,      0403,      true,  false",
    "1301,      0304,      0804,      false, true",
    // TLS 1.3 knows no RSA signatures but PSS
    "1301 C02F, 0304 0303, 0401,      false, false",
    "C02F,      '',        0401,      false, true",
    "C02B C02F, '',        0401 0403, true,  true",
    // no suite for ECDSA, whatever it says of signatures
    "C02F,      0303,      0401 0403, false, true",
    // nothing said: anything may be sent (RFC 5246 §7.4.1.4.1)
    "C02B C02F, '',        '',        true,  true",
  })
  void whichCertificatesAClientCanVerify(
      String suites, String versions, String algorithms, boolean ecdsa, boolean rsa) {
    ClientHello hello = new ClientHello(numbers(suites), numbers(versions), numbers(algorithms));
    assertThat(hello.verifiableKeys()).isEqualTo(new ClientHello.VerifiableKeys(ecdsa, rsa));
  }

  /** Suites and signature algorithms as many as a record of 16 KiB holds. */
  @Test
  void aHelloOfThousandsOfSuitesIsReadAsFarAsAnyClientGoes() {
    ClientHello hello = ClientHello.read(hello(6_000, 1_500)).orElseThrow();
    assertThat(hello.suites()).hasSize(ClientHello.MOST).startsWith(0, 1, 2);
    assertThat(hello.signatureAlgorithms()).hasSize(ClientHello.MOST).startsWith(0, 1, 2);
    assertThat(ClientHello.read(hello(3, 2)).orElseThrow().suites()).containsExactly(0, 1, 2);
  }

  private static ByteBuffer hello(int suites, int algorithms) {
    ByteBuffer record = ByteBuffer.allocate(16 * 1024 + 5);
    record.put((byte) 22).putShort((short) 0x0301).putShort((short) 0);
    record.put((byte) 1).put((byte) 0).putShort((short) 0); // message and its length
    record.putShort((short) 0x0303).put(new byte[32]).put((byte) 0); // version, random, session id
    putNumbers(record, suites);
    record.put((byte) 1).put((byte) 0); // compression
    record.putShort((short) (2 * algorithms + 6)).putShort((short) 13);
    record.putShort((short) (2 * algorithms + 2));
    putNumbers(record, algorithms);
    return record.putShort(3, (short) (record.position() - 5)).flip();
  }

  private static void putNumbers(ByteBuffer record, int count) {
    record.putShort((short) (2 * count));
    for (int i = 0; i < count; i++) {
      record.putShort((short) i);
    }
  }

  private static int[] numbers(String hex) {
    return hex.isEmpty()
        ? new int[0]
        : Arrays.stream(hex.split(" ")).mapToInt(n -> Integer.parseInt(n, 16)).toArray();
  }
}
