package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.postern.fields.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectSchemaTest {
  private static final Path PAGE = Path.of("../../docs/reference/directory-file.schema.json");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** {@code -Dreference.renew=true} writes it anew. */
  @Test
  void theSchemaInTheTreeIsThatOfTheTables() throws Exception {
    String schema = JSON.writeValueAsString(ObjectSchema.file()) + "\n";
    if (Boolean.getBoolean("reference.renew")) {
      Files.writeString(PAGE, schema);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(schema);
  }

  @ParameterizedTest
  @EnumSource(ObjectKind.class)
  void eachFieldHasAPropertyWithATypeAndADescription(ObjectKind kind) {
    assertThat(ObjectSchema.of(kind).get("properties"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Map.class))
        .containsKeys(kind.fields().fields().stream().map(Field::name).toArray(String[]::new))
        .allSatisfy((name, property) -> assertThat(property).isNotEmpty());
  }
}
