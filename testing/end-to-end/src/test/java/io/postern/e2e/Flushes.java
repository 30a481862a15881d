package io.postern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The output of {@code strace -f -y -ttt -T -e trace=fsync,fdatasync}. */
final class Flushes {
  // 4711 1764083456.123456 fsync(45</data/mail.content-2/0.log>) = 0 <0.000456>
  private static final Pattern WHOLE =
      Pattern.compile("(\\d+) +(\\d+)\\.(\\d{6}) f\\w+\\(\\d+<(.*)>\\) += 0 <(\\d+)\\.(\\d{6})>");
  // 4711 1764083456.123456 fsync(45</data/mail.content-2/0.log> <unfinished ...>
  private static final Pattern BEGINNING =
      Pattern.compile("(\\d+) +(\\d+)\\.(\\d{6}) f\\w+\\(\\d+<(.*)> <unfinished \\.\\.\\.>");
  // 4711 1764083456.123912 <... fsync resumed>) = 0 <0.000456>
  private static final Pattern END =
      Pattern.compile("(\\d+) +(\\d+)\\.(\\d{6}) <\\.\\.\\. f\\w+ resumed>.*= 0 <.*");

  private Flushes() {}

  /**
   * A flush that ended well.
   *
   * @param began microseconds of the system's clock
   */
  record Flush(String path, long began, long ended) {}

  private record Begun(String path, long at) {}

  /** In the order in which they ended. */
  static List<Flush> read(Path output) throws IOException {
    List<Flush> flushes = new ArrayList<>();
    Map<String, Begun> begun = new HashMap<>();
    for (String line : Files.readAllLines(output)) {
      Matcher whole = WHOLE.matcher(line);
      Matcher beginning = BEGINNING.matcher(line);
      Matcher end = END.matcher(line);
      if (whole.matches()) {
        long at = micros(whole.group(2), whole.group(3));
        flushes.add(new Flush(whole.group(4), at, at + micros(whole.group(5), whole.group(6))));
      } else if (beginning.matches()) {
        begun.put(
            beginning.group(1),
            new Begun(beginning.group(4), micros(beginning.group(2), beginning.group(3))));
      } else if (end.matches()) {
        Begun first = begun.remove(end.group(1));
        if (first != null) {
          flushes.add(new Flush(first.path(), first.at(), micros(end.group(2), end.group(3))));
        }
      }
    }
    return flushes;
  }

  static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private static long micros(String seconds, String fraction) {
    return Long.parseLong(seconds) * 1_000_000 + Long.parseLong(fraction);
  }
}
