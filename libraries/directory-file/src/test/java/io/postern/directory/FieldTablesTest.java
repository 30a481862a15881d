package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.fields.DirectoryFields;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of fields and the contract have the same fields. */
class FieldTablesTest {
  /** The object stands within it. */
  private static final String ORGANIZATION = "organization";

  private static Stream<FieldDescriptor> stored(FieldTable table) {
    return table.fields().stream()
        .flatMap(
            field ->
                field.kind() instanceof Kind.Part part && part.most() == 0
                    ? stored(part.fields())
                    : Stream.of(field.path().getFirst()));
  }

  @ParameterizedTest
  @EnumSource(ObjectKind.class)
  void eachFieldOfTheContractHasARow(ObjectKind kind) {
    assertThat(stored(kind.fields()).distinct())
        .containsExactlyInAnyOrderElementsOf(
            kind.fields().message().getFields().stream()
                .filter(field -> !field.getName().equals(ORGANIZATION))
                .toList());
    assertThat(kind.fields().fields()).extracting(Field::name).doesNotHaveDuplicates();
  }

  @Test
  void eachFieldOfAFurtherMailboxRouteHasARow() {
    assertThat(stored(DirectoryFields.MAILBOX_ROUTE).distinct())
        .containsExactlyInAnyOrderElementsOf(DirectoryFields.MAILBOX_ROUTE.message().getFields());
  }

  @Test
  void eachKindOfObjectHasATable() {
    assertThat(
            List.of(ObjectKind.values()).stream()
                .map(kind -> kind.word().replace('-', '_'))
                .toList())
        .containsExactlyInAnyOrderElementsOf(
            io.postern.contracts.v1.DirectoryObject.getDescriptor()
                .getOneofs()
                .getFirst()
                .getFields()
                .stream()
                .map(FieldDescriptor::getName)
                .toList());
  }
}
