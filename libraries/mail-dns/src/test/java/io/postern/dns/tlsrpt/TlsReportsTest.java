package io.postern.dns.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.dns.tlsrpt.TlsReport.DateRange;
import io.postern.dns.tlsrpt.TlsReport.FailureDetails;
import io.postern.dns.tlsrpt.TlsReport.Policy;
import io.postern.dns.tlsrpt.TlsReport.PolicyResult;
import io.postern.dns.tlsrpt.TlsReport.Summary;
import io.postern.lab.Conformance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class TlsReportsTest {
  private static final TlsReport REPORT =
      new TlsReport(
          "relay.example",
          new DateRange("2026-11-26T00:00:00Z", "2026-11-26T23:59:59Z"),
          "postmaster@relay.example",
          "2026-11-26/partner.example",
          List.of(
              new PolicyResult(
                  new Policy(
                      "tlsa",
                      List.of("3 1 1 00ff"),
                      "partner.example",
                      List.of("mx.partner.example")),
                  new Summary(10, 2),
                  List.of(
                      new FailureDetails(
                          ResultType.TLSA_INVALID,
                          "192.0.2.1",
                          "mx.partner.example",
                          "192.0.2.9",
                          2,
                          "",
                          "")))));

  @Test
  void aReportIsReadAsItWasWritten() throws Exception {
    assertThat(TlsReports.read(TlsReports.gzip(REPORT))).isEqualTo(REPORT);
  }

  @Test
  void theExampleOfTheRfcIsRead() throws Exception {
    Optional<Path> file = Conformance.file(TlsReportsTest.class, "mta-sts", "rfc8460-report.json");
    if (file.isPresent()) {
      TlsReport report = TlsReports.read(Files.readAllBytes(file.get()));
      assertThat(report.organizationName()).isEqualTo("Company-X");
      PolicyResult result = report.policies().getFirst();
      assertThat(result.policy().type()).isEqualTo("sts");
      assertThat(result.summary()).isEqualTo(new Summary(5326, 303));
      assertThat(result.failures())
          .extracting(FailureDetails::type)
          .containsExactly(
              ResultType.CERTIFICATE_EXPIRED,
              ResultType.STARTTLS_NOT_SUPPORTED,
              ResultType.VALIDATION_FAILURE);
    }
  }

  @Test
  void aReportThatUnpacksToMuchIsRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write("{\"contact-info\":\"".getBytes(StandardCharsets.UTF_8));
      gzip.write(" ".repeat(TlsReports.MAX_BYTES).getBytes(StandardCharsets.UTF_8));
      gzip.write("\"}".getBytes(StandardCharsets.UTF_8));
    }
    assertThatThrownBy(() -> TlsReports.read(bytes.toByteArray()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than");
  }
}
