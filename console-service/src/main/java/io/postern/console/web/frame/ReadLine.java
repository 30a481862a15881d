package io.postern.console.web.frame;

import io.postern.console.store.ReadTo;
import org.jspecify.annotations.Nullable;

/** How far the read model has read the log about mail, as a sentence. Stateless. */
public final class ReadLine {
  private ReadLine() {}

  public static String of(ReadTo readTo, Frame f) {
    long lag = 0;
    long lost = 0;
    String asOf = null;
    for (ReadTo.Topic topic : readTo.topics()) {
      if (topic.topic().startsWith("mail.")) {
        lag += topic.lag();
        lost += topic.lost();
        asOf = earlier(asOf, topic.asOf());
      }
    }
    String text =
        asOf == null
            ? f.t("read.never")
            : lag == 0
                ? f.t("read.all", f.time(asOf))
                : f.t("read.lag", f.number(lag), f.time(asOf));
    return lost == 0 ? text : text + " " + f.t("read.lost", f.number(lost));
  }

  private static @Nullable String earlier(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return java.time.Instant.parse(other).isBefore(java.time.Instant.parse(one)) ? other : one;
  }
}
