package io.postern.console.web.partners;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.directory.ConnectorInShort;
import io.postern.fields.Field;
import io.postern.fields.Kind;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of a connector or a routing rule asks each field, and has words for it. */
class ConnectorFormTest {
  private static Properties texts(String file) throws IOException {
    Properties texts = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of("src/main/resources/web/texts", file))) {
      texts.load(reader);
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(strings = {"partners.properties", "partners_de.properties"})
  void eachFieldHasALabelAHintAndWordsForItsChoices(String file) throws IOException {
    Properties texts = texts(file);
    List<String> missing = new ArrayList<>();
    for (String direction : List.of("inbound", "outbound", "routing")) {
      for (Field field : ConnectorForm.fields(direction)) {
        List<String> keys = new ArrayList<>();
        keys.add("field." + field.name());
        keys.add("hint." + field.name());
        keys.add("congroup." + Objects.requireNonNull(field.group()).key());
        ConnectorForm.choices(field.kind())
            .forEach(choice -> keys.add("choice." + field.name() + "." + choice));
        keys.stream().filter(key -> texts.getProperty(key, "").isBlank()).forEach(missing::add);
      }
    }

    assertThat(missing).isEmpty();
    assertThat(ConnectorInShort.CODES)
        .allSatisfy(code -> assertThat(texts.stringPropertyNames()).contains("con." + code));
  }

  @ParameterizedTest
  @ValueSource(strings = {"partners.properties", "partners_de.properties"})
  void aHintHasTheBoundsOfItsNumber(String file) throws Exception {
    Properties texts = texts(file);
    for (String direction : List.of("inbound", "outbound", "routing")) {
      for (Field field : ConnectorForm.fields(direction)) {
        if (field.kind() instanceof Kind.Number number) {
          assertThat(texts.getProperty("hint." + field.name()))
              .as(field.name())
              .contains(String.valueOf(number.least()), String.valueOf(number.most()));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inbound", "outbound", "routing"})
  void allFieldsButTheNameAreAsked(String direction) {
    List<Field> all = Connectors.kind(direction).fields().fields();

    assertThat(ConnectorForm.fields(direction))
        .containsExactlyElementsOf(all.subList(1, all.size()));
  }
}
