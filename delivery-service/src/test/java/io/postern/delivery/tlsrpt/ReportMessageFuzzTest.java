package io.postern.delivery.tlsrpt;

import io.postern.contracts.v1.TlsReportReceived;
import io.postern.fuzzing.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** A mail has no report that can be read, or one that is bounded and harmless to show. */
final class ReportMessageFuzzTest extends FuzzTest {
  ReportMessageFuzzTest() {
    super(
        "Content-Type: ",
        "multipart/report; boundary=b",
        "application/tlsrpt+gzip",
        "application/tlsrpt+json",
        "Content-Transfer-Encoding: base64",
        "quoted-printable",
        "--b",
        "--b--",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "From: ",
        "@",
        ">",
        "=?utf-8?q?",
        "=3D",
        "{",
        "}",
        "\"",
        ":",
        "\"policies\":[",
        "\\u001b",
        "\\u202e",
        "boundary=\"",
        ";",
        "\0");
  }

  @Override
  protected void take(byte[] input) {
    TlsReportReceived report;
    try {
      report = ReportMessage.read(new ByteArrayInputStream(input)).build();
    } catch (IOException refused) {
      holds(!String.valueOf(refused.getMessage()).isEmpty(), "a refusal has a reason");
      return;
    }
    holds(report.getSerializedSize() < 40_000, "a report is bounded");
    holds(report.getPoliciesCount() <= ReportMessage.MOST_POLICIES, "policies are bounded");
    holds(
        report.getSenderDomain().matches("[a-z0-9.-]{0,255}"),
        "a domain: " + report.getSenderDomain());
    for (String text :
        new String[] {
          report.getOrganizationName(), report.getContactInfo(), report.getReportId()
        }) {
      holds(
          text.codePoints().noneMatch(Character::isISOControl)
              && text.codePointCount(0, text.length()) <= 200,
          "a text is short and steers no terminal: " + text);
    }
  }
}
