package io.postern.console.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.ProblemException;
import io.postern.api.Times;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Parameters as people write them, and as strangers do. */
class FilterTest {
  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

  @Test
  void timesAreAbsoluteOrAgo() {
    assertThat(Times.parse("since", "4h", NOW)).isEqualTo("2026-11-28T06:00:00Z");
    assertThat(Times.parse("since", "2d", NOW)).isEqualTo("2026-11-26T10:00:00Z");
    assertThat(Times.parse("since", "30m", NOW)).isEqualTo("2026-11-28T09:30:00Z");
    assertThat(Times.parse("since", "2026-11-01", NOW)).isEqualTo("2026-11-01T00:00:00Z");
    assertThat(Times.parse("since", "2026-11-01T02:00:00+01:00", NOW))
        .isEqualTo("2026-11-01T01:00:00Z");
  }

  @Test
  void aCursorIsReadAsItWasWritten() {
    for (Cursor cursor :
        new Cursor[] {
          Cursor.message(17, "0010mubiz5xw02mx90gz8"), Cursor.refusal(Long.MAX_VALUE, 11, 4711)
        }) {
      assertThat(Cursor.parse(cursor.text())).isEqualTo(cursor);
    }
    assertThat(Cursor.refusal(5, 11, 4711).partition()).isEqualTo(11);
    assertThat(Cursor.refusal(5, 11, 4711).offset()).isEqualTo(4711);
  }

  @Test
  void anyOtherTextIsAFaultWithACure() {
    long seed = 4711;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      char[] text = new char[random.nextInt(30)];
      for (int j = 0; j < text.length; j++) {
        text[j] = "0123456789abcdefm-_:./TZ+hd,r".charAt(random.nextInt(29));
      }
      String value = new String(text);
      check(() -> Cursor.parse(value), value);
      check(() -> Times.parse("since", value, NOW), value);
      check(() -> SearchTimes.filter(p -> p.ip = value, NOW.toEpochMilli(), null), value);
    }
    assertThatThrownBy(() -> Cursor.parse("MTcsbTA")).isInstanceOf(ProblemException.class);
  }

  private static void check(Runnable parse, String value) {
    try {
      parse.run();
    } catch (ProblemException e) {
      assertThat(e.problem().status()).as(value).isEqualTo(400);
      assertThat(e.problem().errors()).as(value).hasSize(1);
    }
  }
}
