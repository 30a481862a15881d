package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    ClientHello hello =
        new ClientHello(numbers(suites), numbers(versions), List.of(), numbers(algorithms));
    assertThat(hello.verifiesEcdsa()).isEqualTo(ecdsa);
    assertThat(hello.verifiesRsa()).isEqualTo(rsa);
  }

  private static List<Integer> numbers(String hex) {
    return hex.isEmpty()
        ? List.of()
        : List.of(hex.split(" ")).stream().map(n -> Integer.parseInt(n, 16)).toList();
  }
}
