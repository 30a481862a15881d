package io.postern.policy.partner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeptFieldsTest {
  /** Credentials stay only with the hosts that they are for. */
  private static final Set<String> BY_HOST = Set.of("credentials");

  /** A test compares the page with the fields of connectors, so a new field fails here. */
  @ParameterizedTest
  @CsvSource({"inboundConnectors, inboundConnector", "outboundConnectors, outboundConnector"})
  void eachFieldThatExchangeDoesNotHaveIsKept(String list, String object) throws Exception {
    String page = Files.readString(Path.of("../docs/reference/exchange-parameters.md"));
    Set<String> added =
        Pattern.compile("(?m)^\\| " + object + " \\| `(\\w+)` \\| added \\|")
            .matcher(page)
            .results()
            .map(row -> row.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    added.removeAll(BY_HOST);

    assertThat(added).isNotEmpty();
    assertThat(KeptFields.SECTIONS)
        .filteredOn(section -> section.list().equals(list))
        .singleElement()
        .satisfies(
            section -> assertThat(section.kept()).containsExactlyInAnyOrderElementsOf(added));
  }
}
