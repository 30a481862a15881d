package io.postern.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.check.report.PublishedRecords;
import io.postern.check.report.PublishedRecords.Dane;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.dns.dane.Tlsa;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.LabZones;
import io.postern.lab.LabZones.Signing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mail server's records by a DNS that proves its answers. */
class RecordLookupTest {
  private static final String HOST = "mail.fabrikam.example";

  @TempDir Path folder = Path.of("");
  private final LabCa ca = LabCa.create("Records");
  private final Identity shown = ca.issue(Issue.to(HOST));
  private final Identity other = ca.issue(Issue.to(HOST));
  private final LabZones zones =
      new LabZones().signed("example").signed("fabrikam.example").insecure("plain.example");
  private final LabDns dns = LabDns.start().signedBy(zones);
  private Path anchors = Path.of("");

  @BeforeEach
  void start() throws Exception {
    anchors = Files.writeString(folder.resolve("root"), zones.rootAnchor() + "\n");
    dns.a(HOST, "127.0.0.1").a("mail.plain.example", "127.0.0.1");
  }

  @AfterEach
  void end() {
    dns.close();
  }

  private PublishedRecords of(String host) throws Exception {
    MailResolver resolver =
        new MailResolver(
            new DnsSettings(
                List.of(dns.address()),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                1 << 20,
                Dnssec.VALIDATE,
                Optional.of(anchors)),
            InstantSource.system());
    return new RecordLookup(resolver).of(host, 25, shown.der(), Instant.now());
  }

  private void tlsa(String host, int usage, Identity named) {
    Tlsa record = Tlsa.of(usage, 1, 1, named.der().getFirst());
    dns.tlsa(host, 25, usage, 1, 1, HexFormat.of().parseHex(record.data()));
  }

  @Test
  void aServerWithoutRecords() throws Exception {
    PublishedRecords records = of(HOST);
    assertThat(records.dane()).isEqualTo(Dane.NONE);
    assertThat(records.stsDomain()).isEmpty();
    assertThat(records.stsFailure()).isEmpty();
  }

  @Test
  void aProvenRecordNamesTheKeyOrAnother() throws Exception {
    tlsa(HOST, 3, other);
    PublishedRecords mismatch = of(HOST);
    assertThat(mismatch.dane()).isEqualTo(Dane.MISMATCH);
    assertThat(mismatch.dane().refuses()).isTrue();
    assertThat(mismatch.tlsa()).hasSize(1);
    assertThat(mismatch.detail()).isNotEmpty();
    tlsa(HOST, 3, shown);
    PublishedRecords matched = of(HOST);
    assertThat(matched.dane()).isEqualTo(Dane.MATCHED);
    assertThat(matched.matched()).startsWith("3 1 1 ");
    assertThat(matched.tlsa()).hasSize(2);
  }

  @Test
  void recordsThatCannotAuthenticate() throws Exception {
    tlsa(HOST, 1, shown);
    assertThat(of(HOST).dane()).isEqualTo(Dane.UNUSABLE);
  }

  @Test
  void recordsOfAnUnsignedZoneAreShownAndCountForNothing() throws Exception {
    tlsa("mail.plain.example", 3, other);
    PublishedRecords records = of("mail.plain.example");
    assertThat(records.dane()).isEqualTo(Dane.NOT_PROVEN);
    assertThat(records.dane().refuses()).isFalse();
    assertThat(records.tlsa()).hasSize(1);
  }

  @Test
  void wrongSignaturesAreOneThingAndServersThatPassNoneAreAnother() throws Exception {
    zones.signing("fabrikam.example", Signing.EXPIRED);
    assertThat(of(HOST).dane()).isEqualTo(Dane.BOGUS);
    zones.signing(".", Signing.LEFT_OUT);
    PublishedRecords unknown = of(HOST);
    assertThat(unknown.dane()).isEqualTo(Dane.UNKNOWN);
    assertThat(unknown.dane().refuses()).isFalse();
  }

  @Test
  void noAnswerIsNotNone() throws Exception {
    dns.servfail(HOST).servfail("_mta-sts." + HOST);
    PublishedRecords records = of(HOST);
    assertThat(records.dane()).isEqualTo(Dane.UNKNOWN);
    assertThat(records.detail()).contains("SERVFAIL");
    assertThat(records.stsFailure()).contains("SERVFAIL");
  }

  @Test
  void theRecordOfMtaStsIsThatOfTheDomainAbove() throws Exception {
    dns.txt("_mta-sts.fabrikam.example", "v=STSv1; id=2027;");
    PublishedRecords records = of(HOST);
    assertThat(records.stsDomain()).isEqualTo("fabrikam.example");
    assertThat(records.stsId()).isEqualTo("2027");
  }

  @ParameterizedTest
  @CsvSource({
    "mail.fabrikam.example, true",
    "localhost, false",
    "127.0.0.1, false",
    "2001:db8::1, false"
  })
  void namesThatTheDnsKnows(String host, boolean asked) {
    assertThat(RecordLookup.isAskedFor(host)).isEqualTo(asked);
  }
}
