package io.postern.lab.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.ProjectFolder;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of an installation. */
class SettingsContractTest {
  private static final String BEFORE =
      """
      ## ingress-service
      | `postern.ingress.port`<br>`POSTERN_INGRESS_PORT` | `25` | port |
      | `postern.ingress.name`<br>`POSTERN_INGRESS_NAME` | none | name |
      | `kafka.servers`<br>`KAFKA_SERVERS` | required | brokers |
      """;

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          ingress.port  | ingress.ports | setting of ingress-service, postern.ingress.port (POSTERN_INGRESS_PORT) is gone: an installation that sets it is not obeyed, or does not start
          INGRESS_PORT  | PORT          | setting of ingress-service, postern.ingress.port (POSTERN_INGRESS_PORT) is gone: an installation that sets it is not obeyed, or does not start
          `25`          | `2525`        | setting of ingress-service, postern.ingress.port (POSTERN_INGRESS_PORT): the default was 25 and is 2525: an installation that does not set it behaves otherwise
          `25`          | required      | setting of ingress-service, postern.ingress.port (POSTERN_INGRESS_PORT) is required now: an installation that does not set it does not start
          required      | `localhost`   | none
          ingress       | ingress       | none
          """)
  void aPlantedBreakIsNamed(String from, String to, String expected) {
    Map<String, String> before = SettingsContract.entries(BEFORE.lines().toList());
    Map<String, String> now = SettingsContract.entries(BEFORE.replace(from, to).lines().toList());

    assertThat(before).hasSize(3);
    assertThat(SettingsContract.breaks(before, now))
        .isEqualTo(expected == null ? List.of() : List.of(expected));
  }

  @Test
  void theSettingsAreAsInstallationsHaveThem() throws Exception {
    Map<String, String> now =
        SettingsContract.entries(
            Files.readAllLines(ProjectFolder.root().resolve("docs/reference/settings.md")));

    assertThat(now).hasSizeGreaterThan(150);
    assertThat(AcceptedState.differences("settings", now, SettingsContract::breaks)).isEmpty();
  }
}
