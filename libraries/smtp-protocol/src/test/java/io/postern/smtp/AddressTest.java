package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
}
