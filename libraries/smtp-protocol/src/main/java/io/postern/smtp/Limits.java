package io.postern.smtp;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The limits that a server announces by LIMITS (RFC 9422 §3). Each is 1 to 999,999, or {@link
 * #UNLIMITED}. Immutable.
 *
 * @param transactions MAILMAX: MAIL commands in one session
 * @param recipients RCPTMAX: RCPT commands in one transaction
 * @param recipientDomains RCPTDOMAINMAX: different domains of recipients in one transaction
 */
public record Limits(int transactions, int recipients, int recipientDomains) {
  public static final int UNLIMITED = Integer.MAX_VALUE;

  /** Nothing is announced. */
  public static final Limits NONE = new Limits(UNLIMITED, UNLIMITED, UNLIMITED);

  // RFC 9422 §4: at most six digits, the first one not 0.
  private static final Pattern VALUE = Pattern.compile("[1-9][0-9]{0,5}");

  /**
   * @param parameters behind the keyword LIMITS. A limit that is not known, or whose value is
   *     malformed, is ignored (RFC 9422 §3.7), and of two values of a limit the smaller one counts
   */
  static Limits parse(String parameters) {
    int transactions = UNLIMITED;
    int recipients = UNLIMITED;
    int recipientDomains = UNLIMITED;
    for (String limit : parameters.split("[ \t]+")) {
      int equals = limit.indexOf('=');
      String value = limit.substring(equals + 1);
      if (equals < 0 || !VALUE.matcher(value).matches()) {
        continue;
      }
      int number = Integer.parseInt(value);
      switch (limit.substring(0, equals).toUpperCase(Locale.ROOT)) {
        case "MAILMAX" -> transactions = Math.min(transactions, number);
        case "RCPTMAX" -> recipients = Math.min(recipients, number);
        case "RCPTDOMAINMAX" -> recipientDomains = Math.min(recipientDomains, number);
        default -> {}
      }
    }
    return new Limits(transactions, recipients, recipientDomains);
  }
}
