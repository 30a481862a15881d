package io.postern.delivery.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.TlsReportReceived;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Reports in mails of strangers. */
class ReportMessageTest {
  /** Of the form of RFC 8460, appendix B. */
  static final String JSON =
      """
      {"organization-name": "Company-X",
       "date-range": {"start-datetime": "2016-04-01T00:00:00Z",
                      "end-datetime": "2016-04-01T23:59:59Z"},
       "contact-info": "sts-reporting@company-x.example",
       "report-id": "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
       "policies": [{
         "policy": {"policy-type": "sts", "policy-string": ["version: STSv1", "mode: testing"],
                    "policy-domain": "Company-Y.example", "mx-host": ["*.mail.company-y.example"]},
         "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
         "failure-details": [
           {"result-type": "certificate-expired", "sending-mta-ip": "2001:db8:abcd:0012::1",
            "receiving-mx-hostname": "mx1.mail.company-y.example", "failed-session-count": 100},
           {"result-type": "starttls-not-supported", "sending-mta-ip": "2001:db8:abcd:0013::1",
            "receiving-mx-hostname": "mx2.mail.company-y.example",
            "receiving-ip": "203.0.113.56", "failed-session-count": 200,
            "additional-information": "https://reports.company-x.example/report_info"},
           {"result-type": "validation-failure", "sending-mta-ip": "198.51.100.62",
            "receiving-ip": "203.0.113.58", "receiving-mx-hostname": "mx-backup.mail.company-y.example",
            "failed-session-count": 3, "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"}]
       }]}
      """;

  static byte[] gzip(byte[] json) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(json);
    }
    return bytes.toByteArray();
  }

  static String mail(String from, String type, byte[] part) {
    return "From: "
        + from
        + "\r\nTo: tls@company-y.example\r\nSubject: Report Domain: company-y.example\r\n"
        + "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=\"tlsrpt\";\r\n"
        + "\tboundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\na report\r\n--b\r\n"
        + "Content-Type: "
        + type
        + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + Base64.getMimeEncoder().encodeToString(part)
        + "\r\n--b--\r\n";
  }

  private static TlsReportReceived read(String mail) throws IOException {
    return ReportMessage.read(new ByteArrayInputStream(mail.getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  @Test
  void theReportOfTheRfcIsReadFromAMail() throws Exception {
    byte[] json = JSON.getBytes(StandardCharsets.UTF_8);
    TlsReportReceived report =
        read(mail("Reports <noreply@Company-X.example>", "application/tlsrpt+gzip", gzip(json)));
    assertThat(report.getSenderDomain()).isEqualTo("company-x.example");
    assertThat(report.getOrganizationName()).isEqualTo("Company-X");
    assertThat(report.getPolicies(0).getDomain()).isEqualTo("company-y.example");
    assertThat(report.getPolicies(0).getSuccessful()).isEqualTo(5326);
    assertThat(report.getPolicies(0).getFailuresList()).hasSize(3);
    assertThat(report.getPolicies(0).getFailures(0).getResultType())
        .isEqualTo("certificate-expired");
    assertThat(report.getFailuresLeftOut()).isZero();
    assertThat(read(mail("a@company-x.example", "application/tlsrpt+json", json)).getReportId())
        .isEqualTo("5065427c-23d3-47ca-b6e0-946ea0e8c4be");
  }

  @Test
  void aStrangersTextSteersNoTerminalAndIsCut() throws Exception {
    String json =
        "{\"organization-name\": \"\\u001b[2Jname\\u202e\", \"report-id\": \""
            + "x".repeat(100_000)
            + "\"}";
    TlsReportReceived report =
        read(
            mail(
                "a@x.example",
                "application/tlsrpt+gzip",
                gzip(json.getBytes(StandardCharsets.UTF_8))));
    assertThat(report.getOrganizationName()).isEqualTo("?[2Jname?");
    assertThat(report.getReportId()).hasSize(200);
  }

  @Test
  void furtherFailuresAreLeftOutAndCounted() throws Exception {
    StringBuilder json = new StringBuilder("{\"policies\": [{\"failure-details\": [");
    int kinds = ReportMessage.MOST_FAILURES + 9;
    for (int i = 0; i < kinds; i++) {
      json.append(i == 0 ? "" : ",").append("{\"failed-session-count\": ").append(i).append("}");
    }
    json.append("]}]}");
    TlsReportReceived report =
        read(
            mail(
                "a@x.example",
                "application/tlsrpt+gzip",
                gzip(json.toString().getBytes(StandardCharsets.UTF_8))));
    assertThat(report.getPolicies(0).getFailuresList()).hasSize(ReportMessage.MOST_FAILURES);
    assertThat(report.getFailuresLeftOut()).isEqualTo(9);
  }

  @Test
  void aGzipBombIsRefused() throws Exception {
    byte[] bomb = gzip(new byte[64 << 20]);
    assertThat(bomb.length).isLessThan(100_000);
    String mail = mail("a@x.example", "application/tlsrpt+gzip", bomb);
    assertThatThrownBy(() -> read(mail)).isInstanceOf(IOException.class);
  }

  @Test
  void partsWithinPartsHaveABound() {
    StringBuilder mail = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      mail.append("Content-Type: multipart/mixed; boundary=b")
          .append(i)
          .append("\r\n\r\n--b")
          .append(i)
          .append("\r\n");
    }
    assertThatThrownBy(() -> read(mail.toString())).hasMessageContaining("too many parts");
    StringBuilder wide = new StringBuilder("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    wide.append("--b\r\n\r\nx\r\n".repeat(10_000));
    assertThatThrownBy(() -> read(wide.toString())).hasMessageContaining("too many parts");
  }

  @Test
  void aMailWithoutAReportIsRefused() {
    assertThatThrownBy(() -> read("From: a@x.example\r\n\r\nhello\r\n"))
        .hasMessageContaining("no part");
  }
}
