package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTest {

  @ParameterizedTest
  @CsvSource({
    "a@Example.COM,example.com",
    "a@BÜCHER.example,xn--bcher-kva.example",
    "a@xn--bcher-kva.Example,xn--bcher-kva.example",
    "a@[IPv6:2001:DB8::1],[ipv6:2001:db8::1]",
    "a@under_score.example,under_score.example",
  })
  void domainForLookUps(String address, String domain) {
    assertThat(Address.parse(address).asciiDomain()).isEqualTo(domain);
  }

  @Test
  void domainLiteralsAreKnown() {
    assertThat(Address.parse("a@[192.0.2.1]").domain()).isEqualTo("[192.0.2.1]");
  }

  @Test
  void quotedLocalPartKeepsItsQuotesAndMayHoldAnAt() {
    Address address = Address.parse("\"a@b\\\\\"@c.example");
    assertThat(address.localPart()).isEqualTo("\"a@b\\\\\"");
    assertThat(address.domain()).isEqualTo("c.example");
  }

  @Test
  void anAddressCannotCarryLineEnds() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Address("a\r\nDATA", "b"));
  }

  @Test
  void fuzzParsedAddressesParseToThemselves() {
    Random random = new Random(5);
    String[] seeds = {
      "a.b+c@d.example", "\"a\\\" b\"@[IPv6:::1]", "grå@blå.example", "x@[1.2.3.4]", "a@b"
    };
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = seeds[i % seeds.length].getBytes(StandardCharsets.UTF_8);
      for (int changes = random.nextInt(5); changes > 0; changes--) {
        bytes = Mutations.mutate(bytes, random);
      }
      String text = new String(bytes, StandardCharsets.UTF_8);
      try {
        Address address = Address.parse(text);
        assertThat(address).hasToString(text);
        assertThat(Address.parse(address.toString())).isEqualTo(address);
        assertThat(address.asciiDomain()).matches("[\\x21-\\x7e]+");
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).matches("[\\x20-\\x7e]+");
      }
    }
  }
}
