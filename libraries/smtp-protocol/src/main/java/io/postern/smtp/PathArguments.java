package io.postern.smtp;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of MAIL and RCPT: a path and parameters (RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.2). */
final class PathArguments {
  private static final int MAX_PATH = 256; // RFC 5321 §4.5.3.1.3, brackets included
  private static final int MAX_PARAMETERS = 16;

  private PathArguments() {}

  static Command.Mail mail(String argument) throws SmtpSyntaxException {
    String rest = afterKeyword("MAIL", "FROM:", argument);
    int end = pathEnd("MAIL", rest);
    String path = rest.substring(1, end);
    @Nullable Address from = path.isEmpty() ? null : address("MAIL", path);
    return new Command.Mail(from, parameters("MAIL", rest.substring(end + 1)));
  }

  static Command.Rcpt rcpt(String argument) throws SmtpSyntaxException {
    String rest = afterKeyword("RCPT", "TO:", argument);
    int end = pathEnd("RCPT", rest);
    String path = rest.substring(1, end);
    Address to =
        path.equalsIgnoreCase("postmaster") // RFC 5321 §4.5.1
            ? new Address(path, "")
            : address("RCPT", path);
    return new Command.Rcpt(to, parameters("RCPT", rest.substring(end + 1)));
  }

  private static String afterKeyword(String verb, String keyword, String argument)
      throws SmtpSyntaxException {
    String rest =
        argument.regionMatches(true, 0, keyword, 0, keyword.length())
            ? argument
                .substring(keyword.length())
                .stripLeading() // "MAIL FROM: <x>": wrong and common
            : "";
    if (!rest.startsWith("<")) {
      throw new SmtpSyntaxException(
          501, "5.5.4", verb + ": syntax: " + verb + " " + keyword + "<user@domain>");
    }
    return rest;
  }

  /** Index of the closing bracket, outside quotes. */
  private static int pathEnd(String verb, String text) throws SmtpSyntaxException {
    boolean quoted = false;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '>' && !quoted) {
        if (text.substring(0, i + 1).getBytes(StandardCharsets.UTF_8).length > MAX_PATH) {
          throw new SmtpSyntaxException(
              501, "5.5.4", verb + ": path too long: at most 256 octets with its brackets");
        }
        if (i + 1 < text.length() && text.charAt(i + 1) != ' ') {
          throw new SmtpSyntaxException(
              501, "5.5.4", verb + ": put a space between <address> and parameters");
        }
        return i;
      }
    }
    throw new SmtpSyntaxException(
        501, "5.5.4", verb + ": the address has no closing bracket: write <user@domain>");
  }

  private static Address address(String verb, String path) throws SmtpSyntaxException {
    String mailbox = path;
    if (path.startsWith("@") && path.indexOf(':') > 0) {
      mailbox =
          path.substring(
              path.indexOf(':') + 1); // RFC 5321 §4.1.1.3, appendix C: source routes are ignored
    }
    try {
      return Address.parse(mailbox);
    } catch (IllegalArgumentException e) {
      throw new SmtpSyntaxException(501, "5.5.4", verb + ": " + e.getMessage());
    }
  }

  private static Map<String, String> parameters(String verb, String text)
      throws SmtpSyntaxException {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String word : text.strip().split("[ \t]+")) {
      if (word.isEmpty()) {
        continue;
      }
      int equals = word.indexOf('=');
      String keyword = (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT);
      @Nullable String value = equals < 0 ? null : word.substring(equals + 1);
      if (parameters.containsKey(keyword)) {
        throw new SmtpSyntaxException(
            501, "5.5.4", verb + ": parameter given twice: " + Texts.printable(keyword, 20));
      }
      if (parameters.size() == MAX_PARAMETERS) {
        throw new SmtpSyntaxException(
            501, "5.5.4", verb + ": too many parameters: at most " + MAX_PARAMETERS);
      }
      parameters.put(keyword, Parameters.check(verb, keyword, value));
    }
    return Map.copyOf(parameters);
  }
}
