package io.postern.smtp;

import io.postern.fuzzing.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A command line is refused by one reply that a client can read, or it is a command, which means
 * the same when we write it. Parameters of MAIL and RCPT included.
 */
final class CommandFuzzTest extends FuzzTest {
  CommandFuzzTest() {
    super(
        "MAIL FROM:<",
        "RCPT TO:<",
        "EHLO ",
        "HELO ",
        "BDAT ",
        " LAST",
        "DATA",
        "RSET",
        "NOOP",
        "QUIT",
        "VRFY ",
        "HELP",
        "STARTTLS",
        "<>",
        ">",
        "<@a,@b:",
        "postmaster",
        "a@b.example",
        " SIZE=",
        " BODY=8BITMIME",
        " BODY=BINARYMIME",
        " SMTPUTF8",
        " REQUIRETLS",
        " RET=HDRS",
        " ENVID=",
        " NOTIFY=NEVER",
        " NOTIFY=SUCCESS,DELAY",
        " ORCPT=rfc822;",
        " ORCPT=utf-8;",
        "\\x{5C}",
        "+2B",
        "+3D",
        "+20",
        "+0A",
        "+FF",
        "=",
        "\"",
        "\\",
        "ü",
        "\u2003",
        "\u0085",
        "\t",
        "\r",
        "\n",
        "\0");
  }

  @Override
  protected void take(byte[] input) throws Exception {
    Command command;
    try {
      command = CommandParser.parse(input);
    } catch (SmtpSyntaxException refused) {
      oneReply(refused.reply());
      return;
    }
    holds(input.length <= CommandParser.MAX_LINE - 2, "a line has at most 2,048 octets");
    String line = line(command);
    if (line != null) {
      same(command, CommandParser.parse(line.getBytes(StandardCharsets.UTF_8)), line);
    }
  }

  private static void oneReply(Reply reply) throws SmtpSyntaxException {
    String text = new String(reply.toBytes(), StandardCharsets.UTF_8);
    holds(reply.code() >= 500 && text.length() <= 512, "a refusal is permanent and short: " + text);
    holds(text.indexOf('\n') == text.length() - 1, "a refusal is one line: " + text);
    holds(
        text.substring(0, text.length() - 2).chars().allMatch(c -> c >= ' ' && c <= '~'),
        "a refusal is printable: " + text);
  }

  /** As a client writes it; null: it may be longer than the parser allows. */
  private static @org.jspecify.annotations.Nullable String line(Command command) {
    return switch (command) {
      case Command.Ehlo ehlo -> "EHLO " + ehlo.host();
      case Command.Helo helo -> "HELO " + helo.host();
      case Command.Mail mail ->
          with("MAIL FROM:<" + (mail.from() == null ? "" : mail.from()) + ">", mail.parameters());
      case Command.Rcpt rcpt -> with("RCPT TO:<" + rcpt.to() + ">", rcpt.parameters());
      case Command.Bdat bdat -> "BDAT " + bdat.octets() + (bdat.last() ? " LAST" : "");
      case Command.Vrfy vrfy -> "VRFY " + vrfy.argument() + (vrfy.smtpUtf8() ? " SMTPUTF8" : "");
      case Command.StartTls none -> "STARTTLS";
      case Command.Data none -> "DATA";
      case Command.Rset none -> "RSET";
      case Command.Noop none -> "NOOP";
      case Command.Quit none -> "QUIT";
      case Command.Help none -> "HELP";
      case Command.Unknown unknown -> unknown.verb();
    };
  }

  private static @org.jspecify.annotations.Nullable String with(
      String path, Map<String, String> parameters) {
    StringBuilder line = new StringBuilder(path);
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      String value = xtext(parameter.getValue());
      line.append(' ').append(parameter.getKey()).append(value.isEmpty() ? "" : "=" + value);
      if (value.length() > 100) {
        return null; // the bound is of the encoded form
      }
    }
    return line.toString();
  }

  /** RFC 3461 §4, of what would be read otherwise. ORCPT's type has none of these. */
  private static String xtext(String value) {
    StringBuilder xtext = new StringBuilder();
    value
        .codePoints()
        .forEach(
            c -> {
              if (c == '+' || c == '=' || c == ' ' || c > 0x7f && Character.isWhitespace(c)) {
                for (byte octet : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                  xtext.append("+%02X".formatted(octet & 0xff));
                }
              } else {
                xtext.appendCodePoint(c);
              }
            });
    return xtext.toString();
  }
}
