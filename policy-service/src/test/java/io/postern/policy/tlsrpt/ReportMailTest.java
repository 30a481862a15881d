package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.RequireTls;
import io.postern.dns.tlsrpt.ResultType;
import io.postern.dns.tlsrpt.TlsReport;
import io.postern.dns.tlsrpt.TlsReports;
import jakarta.mail.BodyPart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mail of a report, as another program reads it (RFC 8460 §5.3). */
class ReportMailTest {
  private static final DomainDay SUBJECT = new DomainDay("fabrikam.example", Sessions.DAY);

  static DayReport report(String... to) {
    SessionTally tally = new SessionTally();
    tally.add(Sessions.counts("fabrikam.example", Sessions.DAY, 10, 2, to));
    tally.add(Sessions.counts("fabrikam.example", Sessions.DAY, 5, 1, to));
    return DayReport.of(SUBJECT, tally, Sessions.submitter());
  }

  private static ReportMail mail() {
    Submitter submitter = Sessions.submitter();
    return ReportMail.of(
        report("mailto:tls@fabrikam.example"),
        "tls@fabrikam.example",
        submitter,
        submitter.signature().orElseThrow(),
        "contoso",
        4);
  }

  /** RFC 6376 §3.6.1, with the service type of reports (RFC 8460 §3). */
  static List<SignatureRecord> verified(byte[] message) throws Exception {
    String key = Base64.getEncoder().encodeToString(Sessions.KEY.getPublic().getEncoded());
    return new DKIMVerifier(
            (methods, selector, domain) -> {
              assertThat(selector.toString()).isEqualTo("rpt");
              assertThat(domain.toString()).isEqualTo("contoso.example");
              return List.of("v=DKIM1; k=rsa; p=" + key);
            })
        .verify(new ByteArrayInputStream(message));
  }

  @Test
  void theMailHasTheFormOfTheRfc() throws Exception {
    ReportMail mail = mail();
    MimeMessage message =
        new MimeMessage(
            Session.getInstance(new Properties()), new ByteArrayInputStream(mail.text()));
    assertThat(message.getSubject())
        .isEqualTo(
            "Report Domain: fabrikam.example Submitter: contoso.example Report-ID:"
                + " <2026-11-26.fabrikam.example@contoso.example>");
    assertThat(message.getHeader("TLS-Report-Domain")).containsExactly("fabrikam.example");
    assertThat(message.getHeader("TLS-Report-Submitter")).containsExactly("contoso.example");
    assertThat(message.getHeader("TLS-Required")).containsExactly("No");
    assertThat(message.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(message.getFrom()[0]).hasToString("tls-reports@contoso.example");
    assertThat(message.getContentType())
        .startsWith("multipart/report")
        .contains("report-type=\"tlsrpt\"");
    MimeMultipart parts = (MimeMultipart) message.getContent();
    assertThat(parts.getCount()).isEqualTo(2);
    assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain");
    BodyPart attached = parts.getBodyPart(1);
    assertThat(attached.getContentType()).startsWith("application/tlsrpt+gzip");
    assertThat(attached.getFileName())
        .isEqualTo("contoso.example!fabrikam.example!1795651200!1795737599.json.gz");
    TlsReport report = TlsReports.read(attached.getInputStream().readAllBytes());
    assertThat(report.organizationName()).isEqualTo("Contoso");
    assertThat(report.contactInfo()).isEqualTo("postmaster@contoso.example");
    assertThat(report.reportId()).isEqualTo("2026-11-26.fabrikam.example@contoso.example");
    assertThat(report.dateRange().start()).isEqualTo("2026-11-26T00:00:00Z");
    assertThat(report.dateRange().end()).isEqualTo("2026-11-26T23:59:59Z");
    TlsReport.PolicyResult result = report.policies().getFirst();
    assertThat(result.policy().type()).isEqualTo("tlsa");
    assertThat(result.summary()).isEqualTo(new TlsReport.Summary(15, 3));
    assertThat(result.failures()).hasSize(1);
    assertThat(result.failures().getFirst().type()).isEqualTo(ResultType.TLSA_INVALID);
    assertThat(result.failures().getFirst().sessions()).isEqualTo(3);
  }

  @Test
  void theSignatureHoldsForTheWholeMailAndBreaksWithIt() throws Exception {
    byte[] text = mail().text();
    List<SignatureRecord> signatures = verified(text);
    assertThat(signatures).hasSize(1);
    assertThat(signatures.getFirst().getBodyHashLimit()).as("no l= (RFC 8460 §3)").isEqualTo(-1);
    for (String signed : List.of("from", "subject", "tls-report-domain", "content-type")) {
      assertThat(signatures.getFirst().getHeaders().toString()).contains(signed);
    }
    String all = new String(text, StandardCharsets.US_ASCII);
    for (String damaged :
        List.of(
            all.replace("Report Domain: fabrikam", "Report Domain: fabricam"),
            all.replace("This is a report (RFC", "That is a report (RFC"))) {
      assertThat(damaged).isNotEqualTo(all);
      assertThatThrownBy(() -> verified(damaged.getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(FailException.class);
    }
  }

  @Test
  void noLineIsLongerThanAMailMayHave() {
    assertThat(new String(mail().text(), StandardCharsets.US_ASCII).split("\r\n"))
        .allSatisfy(line -> assertThat(line.length()).isLessThan(998).isNotNegative());
  }

  @Test
  void whoeverMakesItTwiceMakesTheSameMail() {
    ReportMail first = mail();
    ReportMail second = mail();
    assertThat(second.queueId()).isEqualTo(first.queueId());
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.accepted()).isEqualTo(first.accepted());
  }

  @Test
  void itComesBackToNobodyAndGoesWhateverThePoliciesSay() {
    ReportMail mail = mail();
    assertThat(mail.accepted().getEnvelope().getReversePath()).isEmpty();
    assertThat(mail.accepted().getEnvelope().getRecipients(0).getNotifyList())
        .containsExactly("NEVER");
    assertThat(mail.accepted().getEnvelope().getRequireTls()).isEqualTo(RequireTls.TLS_REQUIRED_NO);
    assertThat(mail.queueId().partition()).isBetween(0, 3);
  }

  @ParameterizedTest
  @CsvSource({
    "mailto:tls@fabrikam.example, tls@fabrikam.example",
    "mailto:tls%2Brpt@fabrikam.example, tls+rpt@fabrikam.example",
    "mailto:tls+rpt@fabrikam.example, tls+rpt@fabrikam.example",
    "mailto:tls@fabrikam.example?subject=x, tls@fabrikam.example",
    "mailto:nobody, ''",
    "mailto:a%0D%0ARCPT@fabrikam.example, ''",
    "mailto:, ''",
    "ftp:tls@fabrikam.example, ''",
  })
  void aStrangersAddressIsReadOrLeftOut(String uri, String address) {
    assertThat(report(uri).mailTo()).isEqualTo(address.isEmpty() ? List.of() : List.of(address));
    assertThat(report(uri).postTo()).isEmpty();
  }

  @Test
  void addressesHaveABound() {
    String[] many = new String[10];
    for (int i = 0; i < many.length; i++) {
      many[i] = (i % 2 == 0 ? "mailto:a" + i + "@" : "https://a" + i + ".") + "fabrikam.example";
    }
    DayReport report = report(many);
    assertThat(report.mailTo()).hasSize(3);
    assertThat(report.postTo()).hasSize(2);
  }

  @Test
  void withoutAKeyNothingIsMailed() {
    SessionTally tally = new SessionTally();
    tally.add(
        Sessions.counts(
            "fabrikam.example", Sessions.DAY, 1, 0, "mailto:a@b.example", "https://b.example/"));
    Submitter unsigned =
        new Submitter(
            "Contoso", "x", "a@contoso.example", "contoso.example", java.util.Optional.empty());
    DayReport report = DayReport.of(SUBJECT, tally, unsigned);
    assertThat(report.mailTo()).isEmpty();
    assertThat(report.postTo()).containsExactly("https://b.example/");
  }

  @Test
  void aKeyThatCannotBeUsedIsRefused() {
    assertThatThrownBy(() -> DkimSignature.key("-----BEGIN PRIVATE KEY-----\nAAAA\n"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
