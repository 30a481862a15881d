package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of a connector's fields, the contract and the pages say the same. */
class ConnectorFieldsTest {
  /** The rows of the page's table that begins with this header. */
  private static List<String> rows(Path page, String header) throws IOException {
    List<String> lines = Files.readAllLines(page);
    assertThat(lines).as("%s has the table", page).contains(header);
    return lines.stream()
        .skip(lines.indexOf(header) + 2L)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }

  private static List<String> rows(List<? extends ConnectorField<?, ?>> table) {
    return table.stream()
        .map(
            field -> "| `%s` | %s | %s |".formatted(field.name(), field.values(), field.standard()))
        .toList();
  }

  private static List<String> names(List<? extends ConnectorField<?, ?>> table) {
    return table.stream().map(ConnectorField::name).toList();
  }

  @Test
  void thePageHasTheTables() throws Exception {
    Path page = Path.of("../../docs/reference/directory-file.md");
    assertThat(rows(page, "| inboundConnectors | values | default |"))
        .isEqualTo(rows(ConnectorFields.INBOUND));
    assertThat(rows(page, "| outboundConnectors | values | default |"))
        .isEqualTo(rows(ConnectorFields.OUTBOUND));
  }

  @Test
  void noFieldOfTheContractIsMissing() {
    int organization = 1; // the connector stands within it
    assertThat(names(ConnectorFields.INBOUND))
        .doesNotHaveDuplicates()
        .hasSize(InboundConnector.getDescriptor().getFields().size() - organization);
    assertThat(names(ConnectorFields.OUTBOUND))
        .doesNotHaveDuplicates()
        .hasSize(OutboundConnector.getDescriptor().getFields().size() - organization);
  }

  @Test
  void thePageHasTheRefusedOnes() throws Exception {
    assertThat(rows(Path.of("../../docs/reference/directory-file.md"), "| field | instead |"))
        .isEqualTo(
            ConnectorReader.REFUSED.entrySet().stream()
                .map(field -> "| `%s` | %s |".formatted(field.getKey(), field.getValue()))
                .toList());
  }
}
