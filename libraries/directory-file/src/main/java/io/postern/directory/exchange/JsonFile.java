package io.postern.directory.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as ConvertTo-Json writes it: an array of objects or a single one; PowerShell 5 may write an
 * array as an object with {@code value} and {@code Count}. Several texts may follow one another.
 */
final class JsonFile {
  /** One parameter may hold a list with commas. */
  private static final int MOST_TEXT = 65_536;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(ExchangeFile.MOST_DEPTH)
                  .maxNumberLength(100)
                  .maxStringLength(MOST_TEXT)
                  .build())
          .build();

  private final JsonParser parser;
  private final List<ExchangeObject> objects = new ArrayList<>();

  private JsonFile(JsonParser parser) {
    this.parser = parser;
  }

  static List<ExchangeObject> read(String text) throws ExchangeFormatException {
    try (JsonParser parser = JSON.createParser(text)) {
      JsonFile file = new JsonFile(parser);
      while (parser.nextToken() != null) {
        file.root();
      }
      return file.objects;
    } catch (StreamConstraintsException e) {
      throw new ExchangeFormatException(
          "the file has a text of more than "
              + MOST_TEXT
              + " characters, or nests too deep: "
              + firstLine(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw new ExchangeFormatException(
          "the file is not JSON from ConvertTo-Json -Depth 5: "
              + firstLine(String.valueOf(e.getMessage())));
    }
  }

  private void root() throws IOException, ExchangeFormatException {
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        root();
      }
    } else if (parser.currentToken() == JsonToken.START_OBJECT) {
      take(object());
    } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
      throw new ExchangeFormatException("the file has a value that is not an object");
    }
  }

  private void take(Map<String, @Nullable Object> object) throws ExchangeFormatException {
    if (object.get("value") instanceof Nested(List<Map<String, @Nullable Object>> inner)) {
      for (Map<String, @Nullable Object> each : inner) {
        take(each);
      }
      return;
    }
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    object.forEach((name, value) -> parameters.put(name, flat(value)));
    objects.add(ExchangeObject.of(parameters));
    if (objects.size() > ExchangeFile.MOST_OBJECTS) {
      throw new ExchangeFormatException("the file has too many objects: export fewer");
    }
  }

  /** Objects inside an object. */
  private record Nested(List<Map<String, @Nullable Object>> objects) {}

  /** At the object's start; ends at its end. */
  private Map<String, @Nullable Object> object() throws IOException {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      fields.put(name, value());
    }
    return fields;
  }

  private @Nullable Object value() throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> new Nested(List.of(object()));
      case START_ARRAY -> list();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  private Object list() throws IOException {
    List<String> texts = new ArrayList<>();
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (value()) {
        case null -> {}
        case Nested(List<Map<String, @Nullable Object>> inner) -> objects.addAll(inner);
        case List<?> inner -> inner.forEach(each -> texts.add(String.valueOf(each)));
        case Object other -> texts.add(other.toString());
      }
    }
    objects.forEach(each -> texts.add(text(each)));
    return objects.isEmpty() ? List.copyOf(texts) : new Nested(objects);
  }

  /** A domain or an address may be written as an object of its parts. */
  private static @Nullable Object flat(@Nullable Object value) {
    return value instanceof Nested(List<Map<String, @Nullable Object>> inner)
        ? inner.size() == 1 ? text(inner.getFirst()) : inner.stream().map(JsonFile::text).toList()
        : value;
  }

  private static String text(Map<String, @Nullable Object> object) {
    for (String part : List.of("Address", "Domain", "DomainName", "Value", "value")) {
      if (object.get(part) instanceof String text) {
        return text;
      }
    }
    return object.toString();
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
