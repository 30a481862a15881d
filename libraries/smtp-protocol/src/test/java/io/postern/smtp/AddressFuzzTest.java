package io.postern.smtp;

import io.postern.fuzzing.FuzzTest;
import java.nio.charset.StandardCharsets;

/** An address is refused, or it is one that prints to itself and that look-ups can use. */
final class AddressFuzzTest extends FuzzTest {
  AddressFuzzTest() {
    super(
        "@",
        ".",
        "..",
        "\"",
        "\\",
        "\\\"",
        "[",
        "]",
        "[IPv6:",
        "::",
        "%",
        "127.0.0.1",
        "xn--",
        "xn--bcher-kva",
        "-",
        "_",
        "bücher",
        "ß",
        "。",
        "ａ",
        "\u200d",
        "\u00ad",
        "ا",
        "\u0130",
        "<",
        ">",
        ":",
        ",",
        " ",
        "\t",
        "\0",
        "\u0085");
  }

  @Override
  protected void take(byte[] input) throws Exception {
    String text = new String(input, StandardCharsets.UTF_8);
    Address address;
    try {
      address = Address.parse(text);
    } catch (IllegalArgumentException refused) {
      holds(!String.valueOf(refused.getMessage()).isEmpty(), "a refusal has a reason");
      return;
    }
    same(text, address.toString(), "an address prints to its text");
    same(address, Address.parse(address.toString()), "parse(print(address))");
    Address ascii = address.withAsciiDomain();
    same(ascii, Address.parse(ascii.toString()), "the form in A-labels is an address");
    same(address.asciiDomain(), ascii.asciiDomain(), "both forms have the same domain");
    same(ascii, ascii.withAsciiDomain(), "the form in A-labels is its own");
    holds(
        address.asciiDomain().chars().allMatch(c -> c > ' ' && c < 0x7f && c != '@')
            || address.domain().startsWith("["),
        "a domain for look-ups is printable ASCII");
    inACommand(address);
  }

  /**
   * RCPT takes what an administrator may write, but for its shorter bound (RFC 5321 §4.5.3.1.3).
   */
  private static void inACommand(Address address) throws SmtpSyntaxException {
    byte[] line = ("RCPT TO:<" + address + ">").getBytes(StandardCharsets.UTF_8);
    boolean route = address.localPart().startsWith("@");
    if (line.length <= "RCPT TO:".length() + 256 && !route) {
      Command.Rcpt command = (Command.Rcpt) CommandParser.parse(line);
      same(address, command.to(), "RCPT takes the address");
    }
  }
}
