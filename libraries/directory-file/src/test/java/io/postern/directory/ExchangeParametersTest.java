package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Organization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** docs/reference/exchange-parameters.md says of each parameter what the directory does. */
class ExchangeParametersTest {
  private record Row(String object, String parameter, String here) {}

  private static List<Row> rows() throws IOException {
    return Files.readAllLines(Path.of("../../docs/reference/exchange-parameters.md")).stream()
        .filter(line -> line.matches("\\| \\w+ \\| `\\w+` \\|.*"))
        .map(line -> line.split("\\s*\\|\\s*", -1))
        .map(cells -> new Row(cells[1], cells[2].replace("`", ""), cells[3]))
        .toList();
  }

  private static List<String> of(String object, Predicate<String> here) throws IOException {
    return rows().stream()
        .filter(row -> row.object().equals(object) && here.test(row.here()))
        .map(Row::parameter)
        .toList();
  }

  private static List<String> fields(Descriptor descriptor, String... but) {
    return descriptor.getFields().stream()
        .map(FieldDescriptor::getJsonName)
        .filter(name -> !List.of(but).contains(name))
        .toList();
  }

  @Test
  void eachFieldOfTheDirectoryHasARowAndNothingElseIsSaidToExist() throws Exception {
    Predicate<String> exists = here -> !here.equals("absent") && !here.equals("refused");
    assertThat(of("inboundConnector", exists))
        .containsExactlyInAnyOrderElementsOf(
            ConnectorFields.INBOUND.stream().map(ConnectorField::name).toList());
    assertThat(of("outboundConnector", exists))
        .containsExactlyInAnyOrderElementsOf(
            ConnectorFields.OUTBOUND.stream().map(ConnectorField::name).toList());
    assertThat(of("acceptedDomain", exists))
        .containsExactlyInAnyOrderElementsOf(
            fields(AcceptedDomain.getDescriptor(), "organization"));
    assertThat(of("organization", exists))
        .containsExactlyInAnyOrderElementsOf(fields(Organization.getDescriptor()));
  }

  @Test
  void theRefusedOnesAreThoseOfTheReaderAndNoneStandsTwice() throws Exception {
    assertThat(rows().stream().filter(row -> row.here().equals("refused")).map(Row::object))
        .containsOnly("outboundConnector");
    assertThat(of("outboundConnector", "refused"::equals))
        .containsExactlyInAnyOrderElementsOf(ConnectorReader.REFUSED.keySet());
    assertThat(rows().stream().map(row -> row.object() + " " + row.parameter()))
        .doesNotHaveDuplicates();
    assertThat(rows())
        .extracting(Row::here)
        .isSubsetOf("evaluated", "kept", "refused", "absent", "added");
  }
}
