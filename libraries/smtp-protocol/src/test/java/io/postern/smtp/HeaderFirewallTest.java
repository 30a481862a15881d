package io.postern.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchange's CloudServicesMailEnabled and header firewall, as octets. */
class HeaderFirewallTest {
  private static final String HEADER = "From: a@contoso.com\r\nSubject: hello\r\n";
  private static final String BODY = "\r\nX-MS-Exchange-Organization-AuthAs: Internal\r\n.\r\n";

  private static String passed(HeaderFirewall firewall, String message, Random cuts) {
    byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HeaderFirewall.Sink<RuntimeException> sink =
        buffer -> {
          assertThat(buffer.hasRemaining()).isTrue();
          out.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
        };
    for (int from = 0; from < octets.length; ) {
      int count = Math.min(octets.length - from, 1 + cuts.nextInt(40));
      ByteBuffer piece = ByteBuffer.allocate(count + 7).position(3);
      piece.put(octets, from, count).limit(3 + count).position(3);
      firewall.pass(piece.slice(), sink);
      from += count;
    }
    firewall.finish(sink);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static String passed(HeaderFirewall.Mode mode, String message) {
    String result = passed(new HeaderFirewall(mode), message, new Random(1));
    for (int seed = 2; seed < 12; seed++) {
      assertThat(passed(new HeaderFirewall(mode), message, new Random(seed))).isEqualTo(result);
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-MS-Exchange-Organization-AuthAs: Internal\r\n",
        "x-ms-exchange-organization-authas: Internal\r\n",
        "X-MS-EXCHANGE-CROSSPREMISES-AUTHAS: Internal\r\n",
        "X-MS-Exchange-Forest-RulesExecuted: mail\r\n",
        "X-MS-Exchange-Organization-AuthAs : Internal\r\n",
        "X-MS-Exchange-Organization-AuthAs\t \t: Internal\r\n",
        "X-MS-Exchange-Organization-AuthAs\r\n : Internal\r\n",
        "X-MS-Exchange-Organization-AuthAs: \r\n Internal\r\n\tand more\r\n \r\n",
        "X-MS-Exchange-Organization-SCL: -1\r\nX-MS-Exchange-CrossPremises-SCL: -1\r\n",
        "X-MS-Exchange-Organization-\r\n",
        "X-MS-Exchange-Organization-\u00c4\u00ff: 8-bit\r\n",
        "X-MS-Exchange-Organization-AuthAs\r\n",
      })
  void aStrangersFieldIsRemovedInWhateverFormALiberalReaderWouldTakeIt(String field) {
    String message = HEADER + field + "To: b@contoso.com\r\n" + BODY;
    assertThat(passed(HeaderFirewall.Mode.REMOVE, message))
        .isEqualTo(HEADER + "To: b@contoso.com\r\n" + BODY);
    assertThat(passed(HeaderFirewall.Mode.REMOVE, field + BODY)).isEqualTo(BODY);
    assertThat(passed(HeaderFirewall.Mode.REMOVE, HEADER + field + BODY)).isEqualTo(HEADER + BODY);
    assertThat(passed(HeaderFirewall.Mode.REMOVE, HEADER + field)).isEqualTo(HEADER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "From sender@example.com Mon Nov 23 10:00:00 2026\r\n",
        ">From here on\r\n",
        "no colon\r\n",
        " \r\n",
        "X: bare\n\r\n",
        "X: bare\n\n",
        "X: bare\r\r\n",
        "X: bare\r",
      })
  void aLineThatIsNoFieldDoesNotEndTheHeader(String line) {
    String field = "X-MS-Exchange-Organization-AuthAs: Internal\r\n";
    // Behind a bare line end one CRLF more is needed, or the body would begin in the header.
    String end = line.endsWith("\r\n") ? "" : "\r\n";
    assertThat(passed(HeaderFirewall.Mode.REMOVE, HEADER + line + field + BODY))
        .isEqualTo(HEADER + line + end + BODY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-MS-Exchange-\r\n Organization-AuthAs: no name has white space in it\r\n",
        "X-MS-Exchange-CrossTenant-AuthAs: Internal\r\n",
        "X-MS-Exchange-Organizations: x\r\n",
        "X-MS-Exchange-Transport-X: x\r\n",
        "X-MS-Exchange-: x\r\n",
        "X-\u00cdS-Exchange-Organization-A: x\r\n",
        "X: X-MS-Exchange-Organization-AuthAs: Internal\r\n",
        "X: a\r\n X-MS-Exchange-Organization-AuthAs: folded is a value\r\n",
        "XX-MS-Exchange-Organization-A: x\r\n",
      })
  void allOtherFieldsGoThroughAsTheyAre(String field) {
    for (HeaderFirewall.Mode mode : HeaderFirewall.Mode.values()) {
      assertThat(passed(mode, HEADER + field)).isEqualTo(HEADER + field);
      assertThat(passed(mode, field + BODY)).isEqualTo(field + BODY);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-MS-Exchange-ExternalOriginalInternetSender: ip=[192.0.2.1];domain=a.example\r\n",
        "x-ms-exchange-skiplistedinternetsender : ip=[192.0.2.1]\r\n ;domain=a.example\r\n"
      })
  void stampsOfTheSourceBehindAGatewayAreOursToWrite(String stamp) {
    String message = HEADER + stamp + BODY;
    for (int seed = 0; seed < 50; seed++) {
      assertThat(
              passed(
                  new HeaderFirewall(HeaderFirewall.Mode.REMOVE, true), message, new Random(seed)))
          .isEqualTo(HEADER + BODY);
      assertThat(passed(new HeaderFirewall(HeaderFirewall.Mode.REMOVE), message, new Random(seed)))
          .as("on their way out they stay")
          .isEqualTo(message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "X-MS-Exchange-", "X-MS-Exchange-Organization"})
  void aMessageThatEndsInTheMidstOfANameLosesNothing(String end) {
    assertThat(passed(HeaderFirewall.Mode.REMOVE, HEADER + end)).isEqualTo(HEADER + end);
  }

  @Test
  void crossPremisesFieldsOfTheOwnServerReplaceOrganizationFields() {
    HeaderFirewall firewall = new HeaderFirewall(HeaderFirewall.Mode.TO_ORGANIZATION);
    String promoted = "X-MS-Exchange-Organization-SCL : -1\r\n\t(folded)\r\n";
    assertThat(
            passed(
                firewall,
                "X-MS-Exchange-Organization-SCL: 9\r\n"
                    + HEADER
                    + "x-ms-exchange-crosspremises-SCL : -1\r\n\t(folded)\r\n"
                    + "To: b@contoso.com\r\n"
                    + "X-MS-Exchange-Forest-A: b\r\n"
                    + BODY,
                new Random(3)))
        .isEqualTo(HEADER + promoted + "To: b@contoso.com\r\n" + BODY);
    assertThat(firewall.removed()).isEqualTo(2);
    assertThat(firewall.renamed()).isEqualTo(1);
    assertThat(firewall.renamedBytes()).isEqualTo(promoted.length());
  }

  @Test
  void onTheWayToTheOtherPremisesItIsTheOtherWayRound() {
    assertThat(
            passed(
                HeaderFirewall.Mode.TO_CROSS_PREMISES,
                "X-MS-Exchange-CrossPremises-SCL: 9\r\n"
                    + HEADER
                    + "X-MS-Exchange-Organization-SCL: -1\r\n"
                    + BODY))
        .isEqualTo(HEADER + "X-MS-Exchange-CrossPremises-SCL: -1\r\n" + BODY);
  }

  @Test
  void aFieldInTheSecondHalfOfAMebibyteOfHeaderIsFound() {
    String filler = ("X-Filler: " + "x".repeat(1_000) + "\r\n").repeat(600);
    String line = "X-Long: " + "y".repeat(600_000) + "\r\n";
    String field = "X-MS-Exchange-Organization-AuthAs: Internal\r\n";
    assertThat(
            passed(
                new HeaderFirewall(HeaderFirewall.Mode.REMOVE),
                filler + line + field + filler + BODY,
                new Random(5)))
        .isEqualTo(filler + line + filler + BODY);
  }

  @Test
  void aMessageWithoutSuchFieldsIsHandedOnInTheSameBuffersWithoutACopy() {
    HeaderFirewall firewall = new HeaderFirewall(HeaderFirewall.Mode.REMOVE);
    ByteBuffer message = ByteBuffer.wrap((HEADER + BODY).getBytes(StandardCharsets.US_ASCII));
    List<ByteBuffer> taken = new ArrayList<>();
    firewall.pass(message, taken::add);
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst()).isSameAs(message);
  }

  /** Lines of a header by an independent reading, over messages with CRLF. */
  @ParameterizedTest
  @EnumSource(HeaderFirewall.Mode.class)
  void whateverIsSentTheBodyAndTheOtherFieldsStayAndTheCountsAreThoseOfThePassBack(
      HeaderFirewall.Mode mode) {
    Random random = new Random(11);
    String[] names = {
      "X-MS-Exchange-Organization-A: v",
      "x-ms-exchange-CROSSPREMISES-B : v",
      "X-MS-Exchange-Forest-C: v",
      "Subject: s",
      "X-MS-Exchange-Or: n",
      "From x",
      "X",
      "",
      " folded",
      "\tfolded",
      "X-MS-Exchange-Organization-",
      "x-"
    };
    for (int round = 0; round < 4_000; round++) {
      StringBuilder message = new StringBuilder();
      StringBuilder expected = new StringBuilder();
      boolean body = false;
      boolean dropped = false;
      for (int i = random.nextInt(12); i > 0; i--) {
        String line = names[random.nextInt(names.length)];
        message.append(line).append("\r\n");
        boolean folded = line.startsWith(" ") || line.startsWith("\t");
        body |= line.isEmpty();
        String instead = body || folded ? line : treated(mode, line);
        dropped = body ? false : folded ? dropped : instead == null;
        if (!dropped) {
          expected.append(instead).append("\r\n");
        }
      }
      HeaderFirewall firewall = new HeaderFirewall(mode);
      String result = passed(firewall, message.toString(), random);
      assertThat(result).isEqualTo(expected.toString());
      if (mode == HeaderFirewall.Mode.TO_ORGANIZATION) {
        HeaderFirewall back = new HeaderFirewall(HeaderFirewall.Mode.TO_CROSS_PREMISES);
        assertThat(passed(back, result, random))
            .hasSize(result.length() + (int) firewall.renamed());
        HeaderFirewall away = new HeaderFirewall(HeaderFirewall.Mode.REMOVE);
        assertThat(passed(away, result, random))
            .hasSize(result.length() - (int) firewall.renamedBytes());
        assertThat(away.removed()).isEqualTo(firewall.renamed());
      }
    }
  }

  private static @Nullable String treated(HeaderFirewall.Mode mode, String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    if (lower.startsWith("x-ms-exchange-organization-")) {
      return mode == HeaderFirewall.Mode.TO_CROSS_PREMISES
          ? "X-MS-Exchange-CrossPremises-" + line.substring(27)
          : null;
    }
    if (lower.startsWith("x-ms-exchange-crosspremises-")) {
      return mode == HeaderFirewall.Mode.TO_ORGANIZATION
          ? "X-MS-Exchange-Organization-" + line.substring(28)
          : null;
    }
    return lower.startsWith("x-ms-exchange-forest-") ? null : line;
  }

  /** No octets at all, in any order, make it lose or add one where it has no field to treat. */
  @Test
  void anyOctetsWithoutSuchANameGoThroughAsTheyAre() {
    Random random = new Random(23);
    for (int round = 0; round < 5_000; round++) {
      StringBuilder octets = new StringBuilder();
      for (int i = random.nextInt(80); i > 0; i--) {
        octets.append("X-MS\r\n \texchange:\0\u00ff".charAt(random.nextInt(19)));
      }
      HeaderFirewall.Mode mode = HeaderFirewall.Mode.values()[random.nextInt(3)];
      assertThat(passed(new HeaderFirewall(mode), octets.toString(), random))
          .isEqualTo(octets.toString());
    }
  }
}
