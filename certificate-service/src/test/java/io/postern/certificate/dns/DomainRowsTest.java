package io.postern.certificate.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.dns.DnsRow.State;
import io.postern.dns.DnsAnswer;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.mtasts.StsPolicy.Mode;
import io.postern.dns.tlsrpt.TlsRptRecord;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;

/** Each row by the answer about it. */
class DomainRowsTest {
  private static final String DOMAIN = "contoso.example";
  private static final Answer NO_ANSWER = new Answer(null, "no answer", false);
  private static final OwnPolicy ENFORCE = policy(Mode.ENFORCE, "");

  private static OwnPolicy policy(Mode mode, String reserve) {
    List<String> hosts = mode == Mode.NONE ? List.of() : List.of("mx.contoso.example");
    return new OwnPolicy(new StsPolicy(mode, hosts, Duration.ofDays(7)), reserve);
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(" "));
  }

  private static Answer answer(List<? extends Record> records, boolean proven) {
    return Answer.of(
        new DnsAnswer(
            name(DOMAIN), List.copyOf(records), true, proven, 60, records.isEmpty() ? 0 : 1800));
  }

  private static Answer mx(String hosts) {
    return answer(
        words(hosts).stream()
            .map(host -> new MXRecord(name(DOMAIN), DClass.IN, 60, 10, name(host)))
            .toList(),
        true);
  }

  private static Answer txt(String... texts) {
    return answer(
        Arrays.stream(texts).map(text -> new TXTRecord(name(DOMAIN), DClass.IN, 60, text)).toList(),
        true);
  }

  private static Name name(String text) {
    return Name.fromConstantString(text + ".");
  }

  @ParameterizedTest(name = "{0} wanted {1} ours {2}: {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "''        | mx.a mx.b | ''   | MISSING | 2",
        "''        | ''        | ''   | MISSING | 0",
        "mx.a      | mx.a mx.b | mx.a | OK      | 0",
        "mx.a mx.o | mx.a      | mx.a | OK      | 0",
        "mx.o      | mx.a      | ''   | DIFFERS | 1",
      })
  void mx(String published, String wanted, String ours, State state, int lines) {
    DnsRow row = DomainRows.mx(DOMAIN, mx(published), words(wanted), words(ours));
    assertThat(row.state()).isEqualTo(state);
    assertThat(row.add()).hasSize(lines);
    assertThat(row.note().contains("mx.o")).isEqualTo(published.contains("mx.o"));
  }

  @Test
  void mtaSts() {
    String right = ENFORCE.record().text();
    assertThat(sts(txt(), ENFORCE)).isEqualTo(State.MISSING);
    assertThat(sts(txt(right), ENFORCE)).isEqualTo(State.OK);
    assertThat(sts(txt(right, "v=spf1 -all"), ENFORCE)).isEqualTo(State.OK);
    assertThat(sts(txt("v=STSv1; id=1;"), ENFORCE)).isEqualTo(State.DIFFERS);
    assertThat(sts(txt("v=STSv1; id=_;"), ENFORCE)).isEqualTo(State.DIFFERS);
    assertThat(sts(txt(right, right + " x=y"), ENFORCE)).isEqualTo(State.DIFFERS);
    assertThat(sts(NO_ANSWER, ENFORCE)).isEqualTo(State.UNKNOWN);
    assertThat(DomainRows.stsRecord(DOMAIN, txt(), null).state()).isEqualTo(State.NOT_SET);
    assertThat(DomainRows.stsRecord(DOMAIN, txt(right), null).state()).isEqualTo(State.OK);
    assertThat(policy(Mode.TESTING, "").record()).isNotEqualTo(ENFORCE.record());
  }

  private static State sts(Answer answer, OwnPolicy wanted) {
    return DomainRows.stsRecord(DOMAIN, answer, wanted).state();
  }

  @Test
  void reports() {
    Optional<TlsRptRecord> wanted =
        Optional.of(TlsRptRecord.parse("v=TLSRPTv1; rua=mailto:tls@contoso.example"));
    DnsRow missing = DomainRows.reports(DOMAIN, txt(), wanted);
    assertThat(missing.add())
        .containsExactly(
            "_smtp._tls.contoso.example. 3600 IN TXT \"v=TLSRPTv1; rua=mailto:tls@contoso.example\"");
    assertThat(
            DomainRows.reports(DOMAIN, txt("v=TLSRPTv1;rua=mailto:tls@contoso.example"), wanted)
                .state())
        .isEqualTo(State.OK);
    assertThat(
            DomainRows.reports(DOMAIN, txt("v=TLSRPTv1;rua=mailto:x@contoso.example"), wanted)
                .state())
        .isEqualTo(State.DIFFERS);
    assertThat(DomainRows.reports(DOMAIN, txt(), Optional.empty()).state())
        .isEqualTo(State.NOT_SET);
  }

  @Test
  void aPolicyThatDoesNotNameAnMxHostKeepsItFromMail() {
    assertThat(DomainRows.policy(DOMAIN, ENFORCE, mx("mx.contoso.example")).state())
        .isEqualTo(State.OK);
    DnsRow left = DomainRows.policy(DOMAIN, ENFORCE, mx("mx.contoso.example mx.other"));
    assertThat(left.state()).isEqualTo(State.REFUSED);
    assertThat(left.note()).contains("mx.other").doesNotContain("mx.contoso");
    assertThat(DomainRows.policy(DOMAIN, policy(Mode.TESTING, ""), mx("mx.other")).state())
        .isEqualTo(State.DIFFERS);
    assertThat(DomainRows.policy(DOMAIN, policy(Mode.NONE, ""), mx("mx.other")).state())
        .isEqualTo(State.OK);
    DnsRow reserve = DomainRows.policy(DOMAIN, policy(Mode.TESTING, "it expired"), mx(""));
    assertThat(reserve.state()).isEqualTo(State.DIFFERS);
    assertThat(reserve.note()).contains("it expired");
  }

  @Test
  void aZoneIsSignedOrIsToBeOrNobodyAsked() {
    Answer signed = answer(List.of(), true);
    Answer unsigned = answer(List.of(), false);
    assertThat(DomainRows.dnssec(DOMAIN, signed, true).state()).isEqualTo(State.OK);
    assertThat(DomainRows.dnssec(DOMAIN, unsigned, true).state()).isEqualTo(State.MUST_COME_FIRST);
    assertThat(DomainRows.dnssec(DOMAIN, unsigned, false).state()).isEqualTo(State.NOT_SET);
    assertThat(DomainRows.dnssec(DOMAIN, NO_ANSWER, true).state()).isEqualTo(State.UNKNOWN);
    assertThat(DomainRows.dnssec(DOMAIN, new Answer(null, "bogus", true), true).state())
        .isEqualTo(State.REFUSED);
  }

  @Test
  void aLongTextIsInStringsOf255Characters() {
    assertThat(Zone.text("a".repeat(300)))
        .isEqualTo("\"" + "a".repeat(255) + "\" \"" + "a".repeat(45) + "\"");
  }
}
