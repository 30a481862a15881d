package io.postern.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.mtasts.StsPolicy.Mode;
import io.postern.dns.mtasts.StsRecord;
import io.postern.dns.tlsrpt.TlsRptRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What we publish, others read as it was meant. */
class PublishedTextTest {
  @ParameterizedTest
  @EnumSource(Mode.class)
  void aPolicy(Mode mode) {
    List<String> hosts =
        mode == Mode.NONE ? List.of() : List.of("mx.contoso.example", "*.mx.contoso.example");
    StsPolicy policy = new StsPolicy(mode, hosts, Duration.ofDays(7));
    String text = policy.text();
    assertThat(text).startsWith("version: STSv1\r\nmode: ").endsWith("max_age: 604800\r\n");
    assertThat(StsPolicy.parse(text.getBytes(StandardCharsets.US_ASCII))).isEqualTo(policy);
  }

  @Test
  void aRecordOfMtaSts() {
    StsRecord record = new StsRecord("20270101T000000");
    assertThat(StsRecord.parse(record.text())).isEqualTo(record);
  }

  @Test
  void aRecordOfTlsRpt() {
    String text = "v=TLSRPTv1; rua=mailto:tls@contoso.example,https://reports.contoso.example/tls";
    assertThat(TlsRptRecord.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.53", "192.0.2.53:53", "[2001:db8::1]:53", "2001:db8::1"})
  void aServerIsNamedByItsAddress(String server) {
    assertThat(DnsSettings.server(server).getPort()).isEqualTo(53);
    assertThat(DnsSettings.server(server).isUnresolved()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "dns.example", "192.0.2.53:", "192.0.2.53:dns", "192.0.2.53:70000"})
  void elseTheSettingIsWrong(String server) {
    assertThatThrownBy(() -> DnsSettings.server(server))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
