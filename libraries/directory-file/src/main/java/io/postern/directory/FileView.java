package io.postern.directory;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.NextHopHost;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Directory objects in the file's spelling, as maps that are written as JSON or compared field by
 * field. The view can be applied again, since JSON is YAML. Pure functions.
 */
public final class FileView {
  private FileView() {}

  /** All organizations with everything of theirs, sorted by name. */
  public static List<Map<String, Object>> organizations(Collection<DirectoryObject> objects) {
    Map<String, Map<String, Object>> organizations = new TreeMap<>();
    objects.stream()
        .sorted(
            Comparator.<DirectoryObject, Boolean>comparing(o -> !o.hasOrganization())
                .thenComparing(DirectoryKeys::key))
        .forEach(object -> put(organizations, object));
    return List.copyOf(organizations.values());
  }

  @SuppressWarnings("unchecked") // the lists are made three lines below
  private static void put(Map<String, Map<String, Object>> organizations, DirectoryObject object) {
    String list = listOf(object);
    if (list.isEmpty()) {
      organizations.put(object.getOrganization().getId(), fields(object));
      return;
    }
    Map<String, Object> organization =
        organizations.computeIfAbsent(
            DirectoryKeys.organizationOf(object), id -> new LinkedHashMap<>(Map.of("id", id)));
    ((List<Object>) organization.computeIfAbsent(list, name -> new ArrayList<>()))
        .add(fields(object));
  }

  private static String listOf(DirectoryObject object) {
    return ObjectKind.of(object).map(ObjectKind::list).orElse("");
  }

  /** The fields of one object by their names in a file, without those that say nothing. */
  public static Map<String, Object> fields(DirectoryObject object) {
    return ObjectKind.of(object)
        .map(kind -> fields(kind.fields(), kind.message(object)))
        .orElse(Map.of());
  }

  private static Map<String, Object> fields(FieldTable table, MessageOrBuilder message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Field field : table.fields()) {
      Object value = shown(field, message);
      if (value != null && !isSilent(value)) {
        fields.put(field.name(), value);
      }
    }
    return fields;
  }

  /** A flag never is: a reader need not know the defaults. */
  private static boolean isSilent(Object value) {
    return value.equals("")
        || value.equals(0)
        || value instanceof Collection<?> list && list.isEmpty();
  }

  /** The value in the file's spelling; null, empty or 0: not shown. */
  private static @Nullable Object shown(Field field, MessageOrBuilder message) {
    return switch (field.kind()) {
      case Kind.Flag _ -> field.quiet() && !field.isSet(message) ? null : field.get(message);
      case Kind.Number _ -> field.get(message);
      case Kind.Choice choice -> choice.words().write((EnumValueDescriptor) field.get(message));
      case Kind.Text _ -> field.get(message);
      case Kind.Host _ -> field.get(message);
      case Kind.Texts _ -> List.copyOf((List<?>) field.get(message));
      case Kind.Hosts _ -> list(field, message, each -> Hosts.text((NextHopHost) each));
      case Kind.Anchors _ -> name((AnchorSetReference) field.get(message));
      case Kind.Certificates _ ->
          Pem.text(list(field, message, each -> ((ByteString) each).toByteArray()));
      case Kind.Fingerprints _ ->
          list(field, message, each -> Fingerprints.hex(((ByteString) each).toByteArray()));
      case Kind.Part part ->
          part.most() == 0
              ? fields(part.fields(), message)
              : list(field, message, each -> fields(part.fields(), (Message) each));
    };
  }

  private static <T> List<T> list(Field field, MessageOrBuilder message, Function<Object, T> item) {
    return ((List<?>) field.get(message)).stream().map(each -> item.apply(each)).toList();
  }

  /** The organization's name for a set of its own; empty: the default set. */
  private static String name(AnchorSetReference anchors) {
    return anchors.getId().substring(anchors.getId().indexOf('/') + 1);
  }

  /** Whether a field of an object has several values; false: one, or there is no such field. */
  public static boolean isList(ObjectKind kind, String field) {
    return kind.fields()
        .field(field)
        .filter(each -> !each.path().isEmpty() && each.path().getLast().isRepeated())
        .isPresent();
  }
}
