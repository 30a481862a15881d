package io.postern.ingress.session;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lines that no mail client sends: a browser's request, or a line that begins with no letter. A
 * stranger may make a browser send one (by a page that posts a form to this port), with commands in
 * the lines that follow: so the session reads none of these. An empty line is a client's slip.
 */
final class ForeignLines {
  private static final Set<String> HTTP = // RFC 9110 §9, and those that came after it
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI");
  private static final int LONGEST = 8;

  private ForeignLines() {}

  /** Why the session ends at this line; null: it may be a command. */
  static @Nullable String problem(byte[] line) {
    if (line.length == 0) {
      return null;
    }
    if (!letter(line[0])) {
      return "A command starts with a letter, this line does not: closing the session";
    }
    int end = 0;
    while (end < line.length && end < LONGEST && letter(line[end])) {
      end++;
    }
    String verb = new String(line, 0, end, StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
    return HTTP.contains(verb)
        ? verb + " is an HTTP method, this is a mail server: closing the session"
        : null;
  }

  private static boolean letter(byte octet) {
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
  }
}
