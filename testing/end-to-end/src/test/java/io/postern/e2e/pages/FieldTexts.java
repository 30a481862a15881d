package io.postern.e2e.pages;

import io.postern.directory.ObjectKind;
import io.postern.fields.DirectoryFields;
import io.postern.fields.Exchange.Here;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The fields of directory objects as parts of reference pages. */
final class FieldTexts {
  private static final Map<String, FieldTable> TABLES = new LinkedHashMap<>();

  static {
    for (ObjectKind kind : ObjectKind.values()) {
      TABLES.put(kind == ObjectKind.ORGANIZATION ? kind.word() : kind.list(), kind.fields());
    }
    TABLES.put("mailboxRoute", DirectoryFields.MAILBOX_ROUTE);
    TABLES.put("hybrid", DirectoryFields.HYBRID);
  }

  private FieldTexts() {}

  static List<String> names() {
    return List.copyOf(TABLES.keySet());
  }

  /** The fields of one kind of object, with values and defaults. */
  static String fields(String name) {
    return "| "
        + name
        + " | values | default |\n|---|---|---|\n"
        + table(name).fields().stream()
            .map(
                field ->
                    "| `%s` | %s | %s |\n"
                        .formatted(field.name(), field.values(), field.otherwise()))
            .collect(Collectors.joining());
  }

  /** The fields that are refused, and what to write instead. */
  static String refused(String name) {
    return "| field | instead |\n|---|---|\n"
        + table(name).refused().entrySet().stream()
            .map(field -> "| `%s` | %s |\n".formatted(field.getKey(), field.getValue()))
            .collect(Collectors.joining());
  }

  /** All parameters of Exchange's objects, with those that only this directory has. */
  static String exchange() {
    List<String> rows = new ArrayList<>();
    for (ObjectKind kind : ObjectKind.values()) {
      if (kind != ObjectKind.ANCHOR_SET) {
        String object = kind.fields().message().getName();
        rows.addAll(
            exchange(
                object.substring(0, 1).toLowerCase(Locale.ROOT) + object.substring(1),
                kind.fields()));
      }
    }
    return "| object | parameter | here | remark |\n|---|---|---|---|\n" + String.join("", rows);
  }

  private static List<String> exchange(String object, FieldTable table) {
    List<String> rows = new ArrayList<>();
    for (Field field : table.fields()) {
      Here here = field.exchange().here();
      rows.add(
          row(
              object,
              field.name(),
              here.name().toLowerCase(Locale.ROOT),
              field.exchange().remark()));
    }
    table.refused().forEach((name, cure) -> rows.add(row(object, name, "refused", cure)));
    table.absent().forEach((name, remark) -> rows.add(row(object, name, "absent", remark)));
    return rows;
  }

  private static String row(String object, String parameter, String here, String remark) {
    return "| %s | `%s` | %s | %s |\n"
        .formatted(object, parameter, here, remark)
        .replace("|  |", "| |");
  }

  private static FieldTable table(String name) {
    FieldTable table = TABLES.get(name);
    if (table == null) {
      throw new IllegalArgumentException("no kind of object: " + name);
    }
    return table;
  }
}
