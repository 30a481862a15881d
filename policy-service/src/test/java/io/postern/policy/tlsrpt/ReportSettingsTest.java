package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportSettingsTest {
  private static final String PREFIX = "postern.tls-reports.";

  @TempDir Path folder;
  private final Map<String, String> values = new HashMap<>();

  @BeforeEach
  void usual() throws Exception {
    Path key = folder.resolve("rpt.key");
    Files.writeString(
        key,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(Sessions.KEY.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
    values.put("organization-name", "Contoso");
    values.put("contact-info", "postmaster@contoso.example");
    values.put("from", "tls-reports@Contoso.example");
    values.put("dkim.selector", "rpt");
    values.put("dkim.key-file", key.toString());
  }

  private ReportSettings settings() {
    SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().withMapping(ReportSettings.class);
    values.forEach((name, value) -> builder.withDefaultValue(PREFIX + name, value));
    return builder.build().getConfigMapping(ReportSettings.class);
  }

  @Test
  void nothingIsReportedWithoutSettings() {
    values.clear();
    assertThat(settings().submitter()).isEmpty();
  }

  @Test
  void theSubmitterIsTheDomainOfTheAddress() {
    Submitter submitter = settings().submitter().orElseThrow();
    assertThat(submitter.domain()).isEqualTo("contoso.example");
    assertThat(submitter.signature()).isPresent();
    assertThat(settings().allowPrivateTargets()).isFalse();
  }

  @Test
  void withoutAKeyNothingIsSigned() {
    values.remove("dkim.selector");
    values.remove("dkim.key-file");
    assertThat(settings().submitter().orElseThrow().signature()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "contact-info, -, contact-info is missing",
    "from, -, postern.tls-reports.from",
    "from, nobody, postern.tls-reports.from",
    "dkim.selector, -, postern.tls-reports.dkim.selector",
    "dkim.selector, a b, postern.tls-reports.dkim.selector",
    "dkim.key-file, -, postern.tls-reports.dkim.key-file",
    "dkim.key-file, /nowhere/rpt.key, postern.tls-reports.dkim.key-file",
  })
  void aWrongSettingIsNamedWithItsCure(String name, String value, String message) {
    values.remove(name);
    if (!value.equals("-")) {
      values.put(name, value);
    }
    assertThatThrownBy(() -> settings().submitter())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("write");
  }
}
