package io.postern.console.web.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SeenCookieTest {
  private static final Instant ISSUED = Instant.ofEpochSecond(1_700_000_000);
  private static final Instant SEEN = ISSUED.plusSeconds(600);
  private static final String TOKEN = token("{\"sub\": \"anna\", \"iat\": 1700000000}");

  private static String token(String claims) {
    return "e30."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + ".c2lnbmVk";
  }

  @Test
  void aSessionWasUsedWhenItBeganOrWhenTheCookieSays() {
    assertThat(SeenCookie.last(TOKEN, null)).isEqualTo(ISSUED);
    assertThat(SeenCookie.last(TOKEN, SeenCookie.value(TOKEN, SEEN))).isEqualTo(SEEN);
    assertThat(SeenCookie.last(TOKEN, SeenCookie.value(TOKEN, ISSUED.minusSeconds(5))))
        .isEqualTo(ISSUED);
  }

  @Test
  void aCookieOfAnotherSessionOrTimeIsIgnored() {
    String good = SeenCookie.value(TOKEN, SEEN);
    String other = token("{\"sub\": \"bob\", \"iat\": 1700000000}");
    for (String value :
        new String[] {
          SeenCookie.value(other, SEEN),
          "1800000000" + good.substring(good.indexOf('.')),
          good + "x",
          "1800000000",
          "1800000000.",
          ".",
          "",
          "99999999999999999999.x",
        }) {
      assertThat(SeenCookie.last(TOKEN, value)).as(value).isEqualTo(ISSUED);
    }
  }

  @Test
  void whatIsNoTokenWasUsedLongAgo() {
    for (String text : new String[] {"", "..", "a.b", "a.%%%.c", token("[]"), token("{\"iat\":")}) {
      assertThat(SeenCookie.last(text, null)).as(text).isEqualTo(Instant.EPOCH);
    }
  }

  /** A use just before must not be unwritten when the time without use is looked at. */
  @Test
  void aUseIsWrittenMoreOftenThanASessionEnds() {
    assertThat(SessionCookie.renewed(Duration.ofMinutes(1))).isEqualTo(Duration.ofSeconds(15));
    assertThat(SessionCookie.renewed(Duration.ofMinutes(30))).isEqualTo(Duration.ofMinutes(1));
  }
}
