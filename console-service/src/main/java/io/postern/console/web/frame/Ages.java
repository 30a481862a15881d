package io.postern.console.web.frame;

import java.time.Duration;
import java.time.Instant;

/** How long ago something was, in the largest unit that fits. Stateless. */
public final class Ages {
  private static final long MINUTES_OF_DAYS = Duration.ofDays(2).toMinutes();
  private static final long MINUTES_OF_HOURS = Duration.ofHours(2).toMinutes();

  private Ages() {}

  /**
   * @param time RFC 3339
   */
  public static String since(Frame f, String time) {
    Duration age = Duration.between(Instant.parse(time), Instant.now());
    if (age.toMinutes() >= MINUTES_OF_DAYS) {
      return f.t("age.days", f.number(age.toDays()));
    }
    return age.toMinutes() >= MINUTES_OF_HOURS
        ? f.t("age.hours", f.number(age.toHours()))
        : f.t("age.minutes", f.number(Math.max(0, age.toMinutes())));
  }
}
