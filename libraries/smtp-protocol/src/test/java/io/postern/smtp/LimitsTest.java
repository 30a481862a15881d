package io.postern.smtp;

import static io.postern.smtp.Limits.UNLIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9422: the limits that a reply to EHLO announces. */
class LimitsTest {
  private static final int NO = UNLIMITED;

  private static Limits announced(String line) {
    return Capabilities.parse(Reply.of(250, "", "mx.example", line)).limits();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "LIMITS MAILMAX=5 RCPTMAX=20 RCPTDOMAINMAX=1, 5, 20, 1",
    "limits rcptmax=7, 2147483647, 7, 2147483647",
    "LIMITS  MAILMAX=1\tRCPTMAX=999999, 1, 999999, 2147483647",
    "LIMITS RCPTMAX=3 FUTURE FUTURE=9=x RCPTMAX=2, 2147483647, 2, 2147483647",
  })
  void thoseThatAreKnownCount(String line, int mail, int recipients, int domains) {
    assertThat(announced(line)).isEqualTo(new Limits(mail, recipients, domains));
  }

  @ParameterizedTest
  @CsvSource({
    "LIMITS",
    "LIMITS RCPTMAX",
    "LIMITS RCPTMAX=",
    "LIMITS RCPTMAX=0",
    "LIMITS RCPTMAX=007",
    "LIMITS RCPTMAX=-1",
    "LIMITS RCPTMAX=1000000",
    "LIMITS RCPTMAX=99999999999999999999",
    "LIMITS RCPTMAX=ten",
    "LIMITS =5",
    "SIZE 1000",
  })
  void rfc9422_3_7_aMalformedLimitIsIgnoredAndTheOthersCount(String line) {
    assertThat(announced(line)).isEqualTo(Limits.NONE);
    assertThat(announced(line + " MAILMAX=2"))
        .isEqualTo(line.startsWith("LIMITS") ? new Limits(2, NO, NO) : Limits.NONE);
  }
}
