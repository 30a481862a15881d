package io.postern.directory;

import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON Schemas (2020-12) of directory objects and of a directory file, by the tables of fields.
 * What a schema refuses the reader refuses; the rules refuse more. Pure; any thread.
 */
public final class ObjectSchema {
  private static final String TYPE = "type";
  private static final String PROPERTIES = "properties";
  private static final String ITEMS = "items";

  private final boolean file;

  private ObjectSchema(boolean file) {
    this.file = file;
  }

  /** Of an object as the API takes it: its name may be left out. */
  public static Map<String, Object> of(ObjectKind kind) {
    return new ObjectSchema(false).object(kind.fields());
  }

  /** Of a directory file. */
  public static Map<String, Object> file() {
    ObjectSchema schema = new ObjectSchema(true);
    Map<String, Object> organization = schema.object(ObjectKind.ORGANIZATION.fields());
    Map<String, Object> properties = properties(organization);
    for (ObjectKind kind : ObjectKind.values()) {
      if (kind != ObjectKind.ORGANIZATION) {
        properties.put(kind.list(), array(schema.object(kind.fields())));
      }
    }
    properties.put(HybridReader.ENTRY, Map.of(TYPE, "object"));
    return schema(
        "$schema",
        "https://json-schema.org/draft/2020-12/schema",
        "title",
        "Postern directory file",
        TYPE,
        "object",
        PROPERTIES,
        Map.of("organizations", array(organization)),
        "required",
        List.of("organizations"),
        "additionalProperties",
        false);
  }

  @SuppressWarnings("unchecked") // as object() makes it
  private static Map<String, Object> properties(Map<String, Object> object) {
    return (Map<String, Object>) object.getOrDefault(PROPERTIES, Map.of());
  }

  private Map<String, Object> object(FieldTable table) {
    return object(table, file);
  }

  /**
   * @param named nothing else says its name
   */
  private Map<String, Object> object(FieldTable table, boolean named) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Field field : table.fields()) {
      properties.put(field.name(), property(field));
      boolean name = field == table.fields().getFirst();
      if (!field.example().isEmpty() && (named || !name)) {
        required.add(field.name());
      }
    }
    table.refused().keySet().forEach(name -> properties.put(name, Map.of("const", false)));
    Map<String, Object> schema = schema(TYPE, "object", PROPERTIES, properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  private Map<String, Object> property(Field field) {
    Map<String, Object> schema =
        switch (field.kind()) {
          case Kind.Flag _ -> schema(TYPE, "boolean");
          case Kind.Number(int least, int most, int _) ->
              schema(TYPE, "integer", "minimum", least, "maximum", most);
          case Kind.Choice choice -> schema(TYPE, "string", "enum", choice.words().all());
          case Kind.Text text when text.most() > 0 ->
              schema(TYPE, "string", "maxLength", text.most());
          case Kind.Text _, Kind.Host _, Kind.Anchors _, Kind.Certificates _ ->
              schema(TYPE, "string");
          case Kind.Texts texts -> list(texts.most());
          case Kind.Hosts hosts -> list(hosts.most());
          case Kind.Fingerprints fingerprints -> list(fingerprints.most());
          case Kind.Part(FieldTable fields, int most) -> {
            Map<String, Object> part = object(fields, true);
            if (most > 0) {
              part = array(part);
              part.put("maxItems", most);
            }
            yield part;
          }
        };
    schema.put("description", field.values());
    return schema;
  }

  private static Map<String, Object> array(Map<String, Object> items) {
    return schema(TYPE, "array", ITEMS, items);
  }

  /** In a file one value may stand for a list of one. */
  private Map<String, Object> list(int most) {
    Object type = file ? List.of("array", "string") : "array";
    return schema(TYPE, type, ITEMS, Map.of(TYPE, "string"), "maxItems", most);
  }

  /**
   * @param pairs of names and values
   */
  private static Map<String, Object> schema(Object... pairs) {
    Map<String, Object> schema = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      schema.put((String) pairs[i], pairs[i + 1]);
    }
    return schema;
  }
}
