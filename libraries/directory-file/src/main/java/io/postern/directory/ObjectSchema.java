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
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    file.put("title", "Postern directory file");
    file.put(TYPE, "object");
    file.put(PROPERTIES, Map.of("organizations", array(organization)));
    file.put("required", List.of("organizations"));
    file.put("additionalProperties", false);
    return file;
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
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put(TYPE, "object");
    schema.put(PROPERTIES, properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    schema.put("additionalProperties", false);
    return schema;
  }

  private Map<String, Object> property(Field field) {
    Map<String, Object> schema = new LinkedHashMap<>();
    switch (field.kind()) {
      case Kind.Flag _ -> schema.put(TYPE, "boolean");
      case Kind.Number number -> {
        schema.put(TYPE, "integer");
        schema.put("minimum", number.least());
        schema.put("maximum", number.most());
      }
      case Kind.Choice choice -> {
        schema.put(TYPE, "string");
        schema.put("enum", choice.words().all());
      }
      case Kind.Text text -> {
        schema.put(TYPE, "string");
        if (text.most() > 0) {
          schema.put("maxLength", text.most());
        }
      }
      case Kind.Host _, Kind.Anchors _, Kind.Certificates _ -> schema.put(TYPE, "string");
      case Kind.Texts texts -> list(schema, texts.most());
      case Kind.Hosts hosts -> list(schema, hosts.most());
      case Kind.Fingerprints fingerprints -> list(schema, fingerprints.most());
      case Kind.Part part -> {
        Map<String, Object> object = object(part.fields(), true);
        if (part.most() == 0) {
          schema.putAll(object);
        } else {
          schema.putAll(array(object));
          schema.put("maxItems", part.most());
        }
      }
    }
    schema.put("description", field.values());
    return schema;
  }

  private static Map<String, Object> array(Map<String, Object> items) {
    Map<String, Object> array = new LinkedHashMap<>();
    array.put(TYPE, "array");
    array.put(ITEMS, items);
    return array;
  }

  /** In a file one value may stand for a list of one. */
  private void list(Map<String, Object> schema, int most) {
    schema.put(TYPE, file ? List.of("array", "string") : "array");
    schema.put(ITEMS, Map.of(TYPE, "string"));
    schema.put("maxItems", most);
  }
}
