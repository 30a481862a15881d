package io.postern.certificate.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.dns.mtasts.StsPolicy.Mode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of our own domains: a wrong one is named with its cure. */
class OwnMailTest {
  private record Given(
      Optional<List<String>> mxHosts,
      String stsMode,
      Optional<List<String>> stsModeOf,
      Duration stsMaxAge,
      Optional<List<String>> tlsReports,
      String policyHost,
      int policyPort)
      implements OwnSettings {}

  private static OwnMail of(
      String hosts, String mode, String modes, Duration maxAge, String reports) {
    return OwnMail.of(
        new Given(list(hosts), mode, list(modes), maxAge, list(reports), "127.0.0.1", 0));
  }

  private static Optional<List<String>> list(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Arrays.asList(text.split(",")));
  }

  @Test
  void aDomainsOwnModeGoesBeforeThatOfAll() {
    OwnMail own =
        of("MX.Contoso.example", "enforce", "a.example=testing,b.example=off", week(), "");
    assertThat(own.mxHosts()).containsExactly("mx.contoso.example");
    assertThat(own.modeOf("contoso.example")).contains(Mode.ENFORCE);
    assertThat(own.modeOf("a.example")).contains(Mode.TESTING);
    assertThat(own.modeOf("b.example")).isEmpty();
    assertThat(own.enforces()).isTrue();
    assertThat(of("", "off", "", week(), "").enforces()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'',             enforce, '',              '',                  postern.own.mx-hosts names no host",
    "'',             off,     'a.example=none','',                  postern.own.mx-hosts names no host",
    "mx_1.a.example, off,     '',              '',                  'mx1.example.com'",
    "mx.a.example,   strict,  '',              '',                  'off, none, testing or enforce'",
    "mx.a.example,   off,     'a.example',     '',                  'example.com=testing'",
    "mx.a.example,   off,     'a.example=x',   '',                  'off, none, testing or enforce'",
    "mx.a.example,   off,     '',              'tls@a.example',     'mailto:'",
  })
  void wrong(String hosts, String mode, String modes, String reports, String cure) {
    assertThatThrownBy(() -> of(hosts, mode, modes, week(), reports))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("postern.own.")
        .hasMessageContaining(cure);
  }

  @Test
  void anAgeBeyondTheRfcsIsWrong() {
    assertThatThrownBy(() -> of("", "off", "", Duration.ofDays(400), ""))
        .hasMessageContaining("postern.own.sts-max-age");
  }

  private static Duration week() {
    return Duration.ofDays(7);
  }
}
