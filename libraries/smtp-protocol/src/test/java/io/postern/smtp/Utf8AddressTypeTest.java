package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6533 §3: addresses of the type "utf-8" in ORCPT. */
class Utf8AddressTypeTest {
  private static String original(String orcpt) throws SmtpSyntaxException {
    byte[] line = ("RCPT TO:<a@b.example> ORCPT=" + orcpt).getBytes(StandardCharsets.UTF_8);
    String kept = ((Command.Rcpt) CommandParser.parse(line)).parameters().getOrDefault("ORCPT", "");
    int address = kept.indexOf(';') + 1;
    return kept.startsWith("rfc822")
        ? kept
        : kept.substring(0, address) + Utf8AddressType.address(kept.substring(address));
  }

  @ParameterizedTest
  @CsvSource({
    "utf-8;gr\\x{E5}@bl\\x{E5}.example, utf-8;grå@blå.example",
    "UTF-8;a\\x{2B}b\\x{3D}c\\x{5C}@x.example, UTF-8;a+b=c\\@x.example",
    "utf-8;\\x{1F600}@x.example, utf-8;😀@x.example",
    "utf-8;grå@x.example, utf-8;grå@x.example",
    "rfc822;a\\x{E5}@x.example, rfc822;a\\x{E5}@x.example",
  })
  void bothFormsAreDecoded(String orcpt, String address) throws Exception {
    assertThat(original(orcpt)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\\b@x",
        "a\\x{}@x",
        "a\\x{D800}@x",
        "a\\x{110000}@x",
        "a\\x{0A}@x",
        "a\\x{7F}@x",
        "a\\x{E5@x",
        "a\\x{0085}@x",
        "\\",
        "a\\x{E5}\\"
      })
  void whatIsNoCharacterIsRefusedWithTheCure(String address) {
    Reply reply =
        catchThrowableOfType(SmtpSyntaxException.class, () -> original("utf-8;" + address)).reply();
    assertThat(reply.code()).isEqualTo(501);
    assertThat(reply.toString()).contains("RFC 6533").matches("[\\x20-\\x7e]+");
    assertThat(Utf8AddressType.address(address)).as("in an old record").isEqualTo(address);
  }

  @Test
  void anyAddressComesBackFromBothForms() throws Exception {
    Random random = new Random(6533);
    for (int run = 0; run < 20_000; run++) {
      StringBuilder address = new StringBuilder();
      for (int length = random.nextInt(1, 12); length > 0; length--) {
        int c =
            switch (random.nextInt(4)) {
              case 0 -> "+=\\ \"{}x".codePointAt(random.nextInt(8));
              case 1 -> random.nextInt(0xa0, 0x3000);
              case 2 -> random.nextInt(0x1f300, 0x1f600);
              default -> random.nextInt('!', 0x7f);
            };
        address.appendCodePoint(c);
      }
      String xtext = Utf8AddressType.xtext(address.toString());
      assertThat(xtext).matches("[!-*,-<>-~]+");
      assertThat(original("utf-8;" + xtext)).isEqualTo("utf-8;" + address);
      assertThat(Utf8AddressType.address(Utf8AddressType.unitext(address.toString())))
          .isEqualTo(address.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "grå@blå.example, grå@xn--bl-zia.example",
    "a@blå.example, a@xn--bl-zia.example",
    "a@Fabrikam.example, a@Fabrikam.example",
    "a@[192.0.2.1], a@[192.0.2.1]",
  })
  void aDomainHasAnAsciiForm(String address, String ascii) {
    assertThat(Address.parse(address).withAsciiDomain()).hasToString(ascii);
  }
}
