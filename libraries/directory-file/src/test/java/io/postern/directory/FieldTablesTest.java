package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.fields.DirectoryFields;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables of fields and the contract have the same fields. */
class FieldTablesTest {
  // Written by the owner of the directory, or by a reader (docs/decisions/0087, 0088).
  private static final Set<String> OF_SERVICES =
      Set.of("approvals", "revoked_next_hops", "version");

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
                .filter(field -> !OF_SERVICES.contains(field.getName()))
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
            DirectoryObject.getDescriptor().getOneofs().getFirst().getFields().stream()
                .map(FieldDescriptor::getName)
                .toList());
  }

  @Test
  void anObjectThatIsReadAsItIsShownIsTheSame() throws Exception {
    RandomFiles random = new RandomFiles(20_261_201);
    ObjectMapper json = new ObjectMapper();
    Set<ObjectKind> seen = EnumSet.noneOf(ObjectKind.class);
    for (int i = 0; i < 300; i++) {
      DirectoryFile file = DirectoryFile.parse(random.text().getBytes(StandardCharsets.UTF_8));
      if (!file.problems().isEmpty()) {
        continue;
      }
      for (DirectoryObject object : file.objects()) {
        ObjectKind kind = ObjectKind.of(object).orElseThrow();
        byte[] shown = json.writeValueAsBytes(FileView.fields(object));
        DirectoryFile read =
            DirectoryFile.object(shown, kind, "contoso", ObjectKind.nameOf(object));
        assertThat(read.problems()).as(new String(shown, StandardCharsets.UTF_8)).isEmpty();
        assertThat(read.objects()).containsExactly(object);
        seen.add(kind);
      }
    }
    assertThat(seen).containsExactly(ObjectKind.values());
  }
}
