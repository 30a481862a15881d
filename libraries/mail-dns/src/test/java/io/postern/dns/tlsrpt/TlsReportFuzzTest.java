package io.postern.dns.tlsrpt;

import io.postern.fuzzing.FuzzTest;
import java.io.IOException;

/** A report is refused by an IOException, or it is the same report when it is sent. */
final class TlsReportFuzzTest extends FuzzTest {
  TlsReportFuzzTest() {
    super(
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "null",
        "true",
        "-1",
        "1e999",
        "9223372036854775808",
        "\"policies\":",
        "\"policy\":",
        "\"summary\":",
        "\"failure-details\":",
        "\"mx-host\":",
        "\"result-type\":",
        "\"date-range\":",
        "\"failed-session-count\":",
        "\\u0000",
        "\\ud800",
        "\\",
        "\0");
  }

  @Override
  protected void take(byte[] input) throws IOException {
    TlsReport report;
    try {
      report = TlsReports.read(input);
    } catch (IOException refused) {
      holds(!String.valueOf(refused.getMessage()).isEmpty(), "a refusal has a reason");
      return;
    }
    same(report, TlsReports.read(TlsReports.gzip(report)), "the report as it is sent");
  }
}
