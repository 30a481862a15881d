package io.postern.rules.received;

import static java.util.Objects.requireNonNull;

import io.postern.fuzzing.FuzzTest;
import io.postern.rules.address.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Received fields of a header are found the same way however much of it is kept, each is read or
 * not, and a sending host never chooses the address by its greeting.
 */
final class ReceivedFuzzTest extends FuzzTest {
  private static final int MOST = 30;

  /** Of gateways, around the sending host's greeting; its address is 203.0.113.9. */
  private static final List<String> WRITERS =
      List.of(
          "from %s (unknown [203.0.113.9]) by mx.filter.example (Postfix) with SMTP id 4X; date",
          "from h9.isp.example ([203.0.113.9] helo=%s) by mx.filter.example with smtp (Exim); date",
          "from [203.0.113.9] (helo=%s) by mx.filter.example with smtp (Exim 4.98) id 1a; date",
          "from %s (h9.isp.example [203.0.113.9] (may be forged)) by mx.filter.example; date",
          "from %s (203.0.113.9) by EX01.contoso.example (10.0.0.5) with Microsoft SMTP; date",
          "from unknown (HELO %s) ([203.0.113.9]) by esa1.filter.example with ESMTP; date");

  ReceivedFuzzTest() {
    super(
        "Received:",
        "received :",
        "from ",
        " by ",
        "by",
        "(",
        ")",
        " (",
        ") ",
        "[",
        "]",
        "helo=",
        "HELO ",
        "EHLO ",
        "[198.51.100.200]",
        "198.51.100.200",
        "[IPv6:2001:db8::bad]",
        "@",
        "=",
        ";",
        "\"",
        "\\",
        "<",
        ">",
        "%12",
        ":25",
        "with",
        "\r\n",
        "\r\n ",
        "\n",
        "\0",
        "\u00fc");
  }

  @Override
  protected void take(byte[] input) {
    List<String> fields = HeaderFields.of("Received", input, false, MOST);
    List<String> sure = HeaderFields.of("Received", input, true, MOST);
    same(fields.subList(0, sure.size()), sure, "a header that was cut has the same first fields");
    for (String field : fields) {
      holds(field.indexOf('\r') < 0 && field.indexOf('\n') < 0, "a field is unfolded");
      read(field);
    }
    String greeting = new String(input, StandardCharsets.ISO_8859_1);
    for (String writer : WRITERS) {
      if (read(writer.replace("%s", greeting)) instanceof ReceivedFrom.Host host) {
        same(
            requireNonNull(IpAddress.parse("203.0.113.9")),
            host.address(),
            "a greeting chooses no address");
      }
    }
  }

  private static ReceivedFrom read(String field) {
    ReceivedFrom from = ReceivedFrom.of(field);
    switch (from) {
      case ReceivedFrom.Host host ->
          holds(
              host.greeting().matches("[A-Za-z0-9._:\\[\\]?-]{0,255}"),
              "a greeting is harmless in a field: " + host.greeting());
      case ReceivedFrom.Unreadable unreadable ->
          holds(!unreadable.why().isEmpty(), "there is a reason why a field is not read");
    }
    return from;
  }
}
