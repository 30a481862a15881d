package io.postern.fields;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.MessageOrBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The fields of one kind of object, in the order in which they are read and shown. The first names
 * the object. Immutable, any thread.
 *
 * @param message the object's
 * @param refused fields that Exchange has and nothing here evaluates, and what to write instead:
 *     true is refused, since an administrator who writes it believes that it protects
 * @param absent Exchange's other parameters of the object, with a remark
 */
public record FieldTable(
    Descriptor message,
    List<Field> fields,
    SortedMap<String, String> refused,
    SortedMap<String, String> absent) {

  static FieldTable of(Descriptor message, Row... rows) {
    return of(message, "", rows);
  }

  /** With a form, which asks all but the name: rows without a group are in the last one. */
  static FieldTable withForm(Descriptor message, Row... rows) {
    Stream.of(rows).skip(1).forEach(Row::inSomeGroup);
    return of(message, "", rows);
  }

  /**
   * @param prefix of the protobuf fields' names
   */
  static FieldTable of(Descriptor message, String prefix, Row... rows) {
    return new FieldTable(
        message,
        Stream.of(rows).map(row -> row.bound(message, prefix)).toList(),
        new TreeMap<>(),
        new TreeMap<>());
  }

  FieldTable refusing(Map<String, String> parameters) {
    return new FieldTable(message, fields, new TreeMap<>(parameters), absent);
  }

  FieldTable without(Map<String, String> parameters) {
    return new FieldTable(message, fields, refused, new TreeMap<>(parameters));
  }

  public Optional<Field> field(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /** The same, of a field that is there. */
  public Field get(String name) {
    return field(name).orElseThrow(() -> new IllegalArgumentException(name));
  }

  /**
   * Keys of the objects that the fields name; an empty name names no object.
   *
   * @param organization that the object belongs to
   */
  public Stream<String> references(MessageOrBuilder object, String organization) {
    return fields.stream().flatMap(field -> field.references(object, organization));
  }

  /** Those that Exchange's object does not have, so that an import says nothing of them. */
  public List<Field> added() {
    return fields.stream().filter(field -> field.exchange().parameter().isEmpty()).toList();
  }
}
