package io.postern.delivery.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.smtp.Reply;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RcptReplyTest {
  @ParameterizedTest
  @CsvSource({
    "250, '', EXISTS",
    "250, 2.1.5, EXISTS",
    "251, 2.1.5, EXISTS",
    "252, 2.1.5, EXISTS",
    "354, '', UNKNOWN",
    "450, 4.2.1, UNKNOWN",
    "450, 4.1.1, UNKNOWN",
    "451, 4.7.1, UNKNOWN",
    "452, 4.5.3, UNKNOWN",
    "550, 5.1.1, MISSING",
    "550, 5.1.3, MISSING",
    "553, 5.1.3, MISSING",
    "553, 5.1.4, MISSING",
    "551, 5.1.6, MISSING",
    "550, 5.1.10, MISSING",
    "554, 5.1.1, MISSING",
    "550, '', MISSING_OR_WE",
    "551, '', MISSING_OR_WE",
    "553, '', MISSING_OR_WE",
    "550, 5.1.0, MISSING_OR_WE",
    "550, 5.1.2, MISSING_OR_WE",
    "550, 5.4.1, MISSING_OR_WE",
    "554, 5.4.1, UNKNOWN",
    "550, 5.1.5, UNKNOWN",
    "550, 5.1.7, UNKNOWN",
    "553, 5.1.8, UNKNOWN",
    "550, 5.2.1, UNKNOWN",
    "552, 5.2.2, UNKNOWN",
    "550, 5.7.1, UNKNOWN",
    "554, 5.7.1, UNKNOWN",
    "530, 5.7.0, UNKNOWN",
    "550, 4.1.1, UNKNOWN",
    "552, '', UNKNOWN",
    "554, '', UNKNOWN",
    "500, 5.5.1, UNKNOWN",
    "503, '', UNKNOWN",
  })
  void aReplyAndItsMeaning(int code, String enhanced, RcptReply meaning) {
    assertThat(RcptReply.of(Reply.of(code, enhanced, "because"))).isEqualTo(meaning);
  }
}
