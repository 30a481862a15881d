package io.postern.smtp;

import io.postern.fuzzing.FuzzTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A host's reply is refused, or it is a printable reply that means the same when it is sent. */
final class ReplyFuzzTest extends FuzzTest {
  ReplyFuzzTest() {
    super(
        "250 ",
        "250-",
        "550 ",
        "550-",
        "421 ",
        "354 ",
        "5.7.1 ",
        "2.0.0 ",
        "2.0.0",
        "4.0.0 ",
        "5.7.01 ",
        "SIZE ",
        "SIZE=",
        "CHUNKING",
        "BINARYMIME",
        "LIMITS ",
        "MAILMAX=",
        "RCPTMAX=",
        "RCPTDOMAINMAX=",
        "999999",
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\t",
        "\u0085",
        "ü");
  }

  @Override
  protected void take(byte[] input) throws Exception {
    ReplyParser parser = new ReplyParser();
    for (byte[] line : lines(input)) {
      try {
        Reply reply = parser.line(line);
        if (reply != null) {
          check(reply);
        }
      } catch (SmtpSyntaxException refused) {
        holds(refused.reply().text().length() <= 200, "a refusal is short");
      }
    }
  }

  /** By LF, which stays with its line unless a CR stands before it, as a connection reads them. */
  private static List<byte[]> lines(byte[] input) {
    List<byte[]> lines = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= input.length; i++) {
      if (i == input.length || input[i] == '\n') {
        boolean crlf = i > from && i < input.length && input[i - 1] == '\r';
        lines.add(Arrays.copyOfRange(input, from, crlf ? i - 1 : Math.min(i + 1, input.length)));
        from = i + 1;
      }
    }
    return lines;
  }

  private static void check(Reply reply) throws SmtpSyntaxException {
    holds(
        reply.lines().stream().allMatch(line -> line.chars().noneMatch(Character::isISOControl)),
        "no control character is left in a reply");
    List<byte[]> sent = lines(reply.toBytes());
    sent.removeLast(); // behind the last CRLF
    same(sent.size(), reply.lines().size(), "a reply has as many lines when it is sent");
    int octets = sent.stream().mapToInt(line -> line.length).sum();
    if (sent.stream().allMatch(line -> line.length <= ReplyParser.MAX_LINE)
        && octets <= ReplyParser.MAX_BYTES) { // U+FFFD is longer than the octet it stands for
      same(reply, whole(sent), "the same reply comes when it is sent");
    }
    Capabilities offered = Capabilities.parse(reply);
    Limits limits = offered.limits();
    holds(
        limits.transactions() > 0 && limits.recipients() > 0 && limits.recipientDomains() > 0,
        "limits are positive");
    holds(offered.size().orElse(1) > 0, "a largest size is positive");
  }

  private static Reply whole(List<byte[]> lines) throws SmtpSyntaxException {
    ReplyParser parser = new ReplyParser();
    @Nullable Reply reply = null;
    for (byte[] line : lines) {
      holds(reply == null, "one reply is one reply when it is sent");
      reply = parser.line(line);
    }
    if (reply == null) {
      throw new AssertionError("a reply is whole when it is sent");
    }
    return reply;
  }
}
