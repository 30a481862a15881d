package io.postern.api;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as parameters: RFC 3339, a date (UTC), or how long ago: 30m, 4h, 2d. Stateless. */
public final class Times {
  private static final Pattern AGO = Pattern.compile("(\\d{1,5})([mhd])");

  private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

  private Times() {}

  /**
   * @param name of the parameter
   * @throws ProblemException 400
   */
  public static Instant parse(String name, String text, Instant now) {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      long number = Long.parseLong(ago.group(1));
      return now.minus(
          switch (ago.group(2)) {
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          });
    }
    try {
      Instant time =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : OffsetDateTime.parse(text).toInstant();
      if (time.isAfter(Instant.EPOCH) && time.isBefore(LAST)) {
        return time;
      }
    } catch (DateTimeParseException e) {
      // as below
    }
    throw ProblemException.badRequest(
        name,
        "It is not a time.",
        "Write 2026-11-28T10:00:00Z, 2026-11-28, or how long ago: 4h, 2d");
  }
}
