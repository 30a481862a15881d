package io.postern.smtp;

import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A command of the client (RFC 5321 §4.1.1), syntactically correct. The session decides whether it
 * is allowed now and whether its extension was offered (and with that, whether an address may be
 * UTF-8: RFC 6531 §3.5). Parameters: keywords in upper case, values as given ("" for none), those
 * of RFC 3461 decoded.
 */
public sealed interface Command {

  record Ehlo(String host) implements Command {}

  record Helo(String host) implements Command {}

  /** RFC 3207. */
  record StartTls() implements Command {}

  /** {@code from} null: the null reverse-path {@code <>}. */
  record Mail(@Nullable Address from, Map<String, String> parameters) implements Command {

    /** RFC 1870: the size that the client declares. */
    public OptionalLong size() {
      String size = parameters.get("SIZE");
      return size == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(size));
    }

    /** RFC 6152, RFC 3030: "7BIT", "8BITMIME", "BINARYMIME"; "" when not given. */
    public String body() {
      return parameters.getOrDefault("BODY", "");
    }

    /** RFC 6531 §3.4. */
    public boolean smtpUtf8() {
      return parameters.containsKey("SMTPUTF8");
    }
  }

  record Rcpt(Address to, Map<String, String> parameters) implements Command {}

  record Data() implements Command {}

  /**
   * RFC 3030 §2: that many octets of content stand directly behind the command, whatever the reply
   * to it is.
   *
   * @param octets {@code Long.MAX_VALUE}: that many or more
   * @param last the message ends with them
   */
  record Bdat(long octets, boolean last) implements Command {}

  record Rset() implements Command {}

  record Noop() implements Command {}

  record Quit() implements Command {}

  /**
   * @param smtpUtf8 the parameter of that name was given (RFC 6531 §3.7.4.2)
   */
  record Vrfy(String argument, boolean smtpUtf8) implements Command {}

  record Help() implements Command {}

  /**
   * Well-formed but not known here; {@code verb} in upper case, at most 20 letters, digits and
   * hyphens.
   */
  record Unknown(String verb) implements Command {}
}
