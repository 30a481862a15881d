package io.postern.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parser of one command line (RFC 5321 §4.1.1), given without its CRLF. Stateless, any thread.
 * An error is an {@link SmtpSyntaxException} with the reply to send. Bounds: 2,048 octets for MAIL
 * and RCPT (512 and the additions of extensions, RFC 5321 §4.1.1.10), 512 for the others, CRLF
 * included. Refused anywhere: control characters, NUL, bare CR and LF, malformed UTF-8.
 */
public final class CommandParser {
  /** The longest line, in octets with CRLF, that a reader must accept. */
  public static final int MAX_LINE = 2_048;

  static final int MAX_SIMPLE_LINE = 512; // RFC 5321 §4.5.3.1.4
  private static final int MAX_VERB = 20;
  private static final Pattern BDAT =
      Pattern.compile("([0-9]{1,20})([ \t]+LAST)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern SMTPUTF8 =
      Pattern.compile("[ \t]+SMTPUTF8$", Pattern.CASE_INSENSITIVE);

  private CommandParser() {}

  public static Command parse(byte[] line) throws SmtpSyntaxException {
    if (line.length > MAX_LINE - 2) {
      throw tooLong(MAX_LINE);
    }
    checkOctets(line);
    int end = line.length;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t')) {
      end--; // RFC 5321 §4.1.1: trailing white space is tolerated
    }
    int verbEnd = 0;
    while (verbEnd < end && Texts.isKeywordCharacter(line[verbEnd])) {
      verbEnd++;
    }
    if (verbEnd == 0
        || verbEnd > MAX_VERB
        || (verbEnd < end && line[verbEnd] != ' ' && line[verbEnd] != '\t')) {
      throw new SmtpSyntaxException(
          500, "5.5.2", "Not a command: start the line with a verb such as EHLO, MAIL or QUIT");
    }
    String verb = new String(line, 0, verbEnd, StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
    String argument = text(line, Math.min(verbEnd + 1, end), end, verb).strip();
    boolean path = verb.equals("MAIL") || verb.equals("RCPT");
    if (!path && line.length > MAX_SIMPLE_LINE - 2) {
      throw new SmtpSyntaxException(
          500, "5.5.2", Texts.printable(verb, MAX_VERB) + ": line too long: at most 512 octets");
    }
    return switch (verb) {
      case "EHLO" -> new Command.Ehlo(host(verb, argument));
      case "HELO" -> new Command.Helo(host(verb, argument));
      case "MAIL" -> PathArguments.mail(argument);
      case "RCPT" -> PathArguments.rcpt(argument);
      case "STARTTLS" -> bare(verb, argument, new Command.StartTls()); // RFC 3207 §4: no parameter
      case "DATA" -> bare(verb, argument, new Command.Data());
      case "BDAT" -> bdat(argument);
      case "RSET" -> bare(verb, argument, new Command.Rset());
      case "QUIT" -> bare(verb, argument, new Command.Quit());
      case "NOOP" -> new Command.Noop(); // RFC 5321 §4.1.1.9: a string is ignored
      case "HELP" -> new Command.Help();
      case "VRFY" -> vrfy(required(verb, argument, "VRFY user"));
      default -> new Command.Unknown(verb);
    };
  }

  /** The reply to a line beyond the reader's bound. */
  public static SmtpSyntaxException tooLong(int limit) {
    return new SmtpSyntaxException(
        500, "5.5.2", "Command line too long: at most " + limit + " octets");
  }

  private static void checkOctets(byte[] line) throws SmtpSyntaxException {
    for (byte b : line) {
      if (b >= 0 && b < ' ' && b != '\t' || b == 0x7f) {
        String text =
            switch (b) {
              case '\n' -> "Bare LF in a command: end each line with CRLF";
              case '\r' -> "Bare CR in a command: end each line with CRLF";
              case 0 -> "NUL in a command: send text only";
              default -> "Control character in a command: send text only";
            };
        throw new SmtpSyntaxException(500, "5.5.2", text);
      }
    }
  }

  private static String text(byte[] line, int from, int to, String verb)
      throws SmtpSyntaxException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new SmtpSyntaxException(501, "5.5.2", verb + ": octets that are not UTF-8: send ASCII");
    }
  }

  /** RFC 3030 §2: bdat-cmd. */
  private static Command bdat(String argument) throws SmtpSyntaxException {
    Matcher matcher = BDAT.matcher(argument);
    if (!matcher.matches()) {
      throw new SmtpSyntaxException(501, "5.5.4", "BDAT: syntax: BDAT octets, or BDAT octets LAST");
    }
    long octets;
    try {
      octets = Long.parseLong(matcher.group(1));
    } catch (NumberFormatException e) {
      octets = Long.MAX_VALUE; // twenty digits may be more, and are always too many
    }
    return new Command.Bdat(octets, matcher.group(2) != null);
  }

  /** RFC 6531 §3.7.4.2. */
  private static Command vrfy(String argument) {
    Matcher parameter = SMTPUTF8.matcher(argument);
    return parameter.find()
        ? new Command.Vrfy(argument.substring(0, parameter.start()), true)
        : new Command.Vrfy(argument, false);
  }

  /** RFC 5321 §4.1.1.1; the name is recorded, never believed, so any printable word will do. */
  private static String host(String verb, String argument) throws SmtpSyntaxException {
    required(verb, argument, verb + " host.example");
    if (argument.length() > Address.MAX_DOMAIN) {
      throw new SmtpSyntaxException(
          501, "5.5.4", verb + ": host name too long: at most 255 octets");
    }
    for (int i = 0; i < argument.length(); i++) {
      if (argument.charAt(i) <= ' ' || argument.charAt(i) > '~') {
        throw new SmtpSyntaxException(
            501,
            "5.5.4",
            verb + ": one host name or address literal, in ASCII: " + verb + " host.example");
      }
    }
    return argument;
  }

  private static String required(String verb, String argument, String example)
      throws SmtpSyntaxException {
    if (argument.isEmpty()) {
      throw new SmtpSyntaxException(501, "5.5.4", verb + " needs an argument: " + example);
    }
    return argument;
  }

  private static Command bare(String verb, String argument, Command command)
      throws SmtpSyntaxException {
    if (!argument.isEmpty()) {
      throw new SmtpSyntaxException(
          501, "5.5.4", verb + " takes no argument: send " + verb + " only");
    }
    return command;
  }
}
