package io.postern.smtp;

import io.postern.fuzzing.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * No header field of the organization comes through, read however liberally; the body comes through
 * as it is; and where buffers are cut changes nothing.
 */
final class HeaderFirewallFuzzTest extends FuzzTest {
  private static final Pattern TRUSTED =
      Pattern.compile(
          "(?i)(^|[\\r\\n])(X-MS-Exchange-(Organization|CrossPremises|Forest)-"
              + "|X-MS-Exchange-(ExternalOriginalInternetSender|SkipListedInternetSender))");

  HeaderFirewallFuzzTest() {
    super(
        "X-MS-Exchange-Organization-",
        "x-ms-exchange-CROSSPREMISES-",
        "X-MS-Exchange-Forest-",
        "X-MS-Exchange-",
        "X-MS-Exchange-ExternalOriginalInternetSender",
        "X-MS-Exchange-SkipListedInternetSender",
        "AuthAs: Internal",
        ":",
        " ",
        "\t",
        "\r\n",
        "\r",
        "\n",
        "\r\n\r\n",
        "\n\n",
        "From a@b",
        "Subject: x\r\n",
        "\0");
  }

  @Override
  protected void take(byte[] input) {
    byte[] whole = passed(HeaderFirewall.Mode.REMOVE, input, input.length + 1);
    for (HeaderFirewall.Mode mode : HeaderFirewall.Mode.values()) {
      byte[] once = passed(mode, input, input.length + 1);
      holds(Arrays.equals(once, passed(mode, input, 40)), "cuts change nothing: " + mode);
    }
    String header = header(whole);
    Matcher trusted = TRUSTED.matcher(header);
    holds(!trusted.find(), "no field of the organization is left: " + header);
    holds(
        Arrays.equals(whole, passed(HeaderFirewall.Mode.REMOVE, whole, 40)),
        "nothing is removed from what came through");
    String before = latin1(input);
    String body = before.substring(header(input).length());
    holds(latin1(whole).endsWith(body), "the body comes through");
    if (!TRUSTED.matcher(before).find()) {
      holds(Arrays.equals(input, whole), "a message without such fields comes through");
    }
  }

  /** Up to the first CRLF CRLF, or to the empty line that it begins with. */
  private static String header(byte[] message) {
    String text = latin1(message);
    int end = ("\r\n" + text).indexOf("\r\n\r\n");
    return end < 0 ? text : text.substring(0, Math.min(text.length(), end + 2));
  }

  private static byte[] passed(HeaderFirewall.Mode mode, byte[] message, int most) {
    SplittableRandom cuts = new SplittableRandom(Arrays.hashCode(message));
    HeaderFirewall firewall = new HeaderFirewall(mode, mode == HeaderFirewall.Mode.REMOVE);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    HeaderFirewall.Sink<RuntimeException> sink =
        buffer ->
            out.write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    for (int at = 0; at < message.length; ) {
      int count =
          Math.min(message.length - at, most > message.length ? most : 1 + cuts.nextInt(most));
      firewall.pass(ByteBuffer.wrap(Arrays.copyOfRange(message, at, at + count)), sink);
      at += count;
    }
    firewall.finish(sink);
    return out.toByteArray();
  }

  private static String latin1(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }
}
