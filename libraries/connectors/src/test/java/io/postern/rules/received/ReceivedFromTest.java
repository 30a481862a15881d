package io.postern.rules.received;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.rules.address.IpAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReceivedFromTest {
  private static final String STRANGER = "203.0.113.9";
  private static final List<String> SPICE =
      List.of(
          "[198.51.100.200]",
          "198.51.100.200",
          "[IPv6:2001:db8::bad]",
          "(",
          ")",
          " (",
          ") ",
          " ",
          "by",
          " by ",
          "helo=",
          "HELO ",
          "@",
          "=",
          ";",
          "\"",
          "\\",
          "<",
          ">",
          "[",
          "]",
          ":",
          "x",
          "from ",
          "with",
          "\u00fc",
          "\0");

  private static Stream<String> forms() throws Exception {
    return Files.readAllLines(
            Path.of("src/test/resources/received/forms.txt"), StandardCharsets.US_ASCII)
        .stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void readsTheFormsOfMailServers(String form) {
    String[] parts = form.split(" \\| ", 2);
    assertThat(address(parts[1])).isEqualTo(parts[0].equals("-") ? null : parsed(parts[0]));
  }

  /**
   * The gateway writes the connection's address, the sending host chooses its greeting. Whatever it
   * says, its own address is read or none.
   */
  @Test
  void aStrangerNeverChoosesTheAddressByItsGreeting() {
    Random random = new Random(20261105);
    List<String> writers =
        List.of(
            "from %s (unknown [203.0.113.9]) by mx.filter.example (Postfix) with SMTP id 4X; date",
            "from %s (h9.isp.example [203.0.113.9]) (using TLSv1.3 (256/256 bits)) by mx.filter.example with SMTP id 4X for <a@contoso.example>; date (UTC)",
            "from h9.isp.example ([203.0.113.9] helo=%s) by mx.filter.example with smtp (Exim 4.98) id 1a; date",
            "from [203.0.113.9] (helo=%s) by mx.filter.example with smtp (Exim 4.98) id 1a; date",
            "from %s (h9.isp.example [203.0.113.9] (may be forged)) by mx.filter.example (8.18.1/8.18.1) with SMTP id 5A; date",
            "from %s (203.0.113.9) by EX01.contoso.example (10.0.0.5) with Microsoft SMTP Server id 15.2; date",
            "from unknown (HELO %s) ([203.0.113.9]) by esa1.filter.example with ESMTP; date",
            "from %s ([203.0.113.9]) by mx.postern.example (Postern) with SMTP id 0abc; date");
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      StringBuilder greeting = new StringBuilder();
      for (int word = random.nextInt(1, 9); word > 0; word--) {
        greeting.append(SPICE.get(random.nextInt(SPICE.size())));
      }
      String field = writers.get(random.nextInt(writers.size())).formatted(greeting);
      IpAddress address = address(field);
      assertThat(address == null || address.equals(parsed(STRANGER))).as(field).isTrue();
      read += address == null ? 0 : 1;
    }
    assertThat(read).isGreaterThan(10_000);
  }

  @Test
  void aFieldOfMoreThan2000CharactersIsNotRead() {
    String ending = " (unknown [203.0.113.9]) by y; date";
    String most = "from " + "x".repeat(2_000 - 5 - ending.length()) + ending;
    assertThat(address(most)).isEqualTo(parsed(STRANGER));
    assertThat(address(most + "x")).isNull();
    String many = "(".repeat(900) + ")".repeat(900);
    assertThat(address("from x " + many + " by y; date")).isNull();
  }

  @Test
  void theGreetingIsHarmlessInAHeader() {
    assertThat(ReceivedFrom.of("from x;ip=[1] (unknown [203.0.113.9]) by y; date"))
        .isEqualTo(new ReceivedFrom.Host(parsed(STRANGER), "x?ip?[1]"));
  }

  private static IpAddress parsed(String text) {
    IpAddress address = IpAddress.parse(text);
    assertThat(address).as(text).isNotNull();
    return java.util.Objects.requireNonNull(address);
  }

  private static @org.jspecify.annotations.Nullable IpAddress address(String field) {
    return ReceivedFrom.of(field) instanceof ReceivedFrom.Host host ? host.address() : null;
  }
}
