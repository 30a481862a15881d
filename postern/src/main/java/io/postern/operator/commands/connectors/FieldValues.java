package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.directory.FileView;
import io.postern.directory.ObjectKind;
import java.util.List;
import java.util.regex.Pattern;

/** Fields as a command line gives them: {@code field=value}. Pure. */
final class FieldValues {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,8}");

  private FieldValues() {}

  /**
   * A connector or routing rule with these fields in the place of its own.
   *
   * @param direction inbound, outbound, routing
   * @param assignments {@code field=value}; several values have commas between them; no value: the
   *     field has its default again
   * @throws IllegalArgumentException one is none, for the administrator
   */
  static ObjectNode changed(ObjectNode before, String direction, List<String> assignments) {
    ObjectKind kind =
        switch (direction) {
          case "inbound" -> ObjectKind.INBOUND_CONNECTOR;
          case "outbound" -> ObjectKind.OUTBOUND_CONNECTOR;
          default -> ObjectKind.ROUTING_RULE;
        };
    ObjectNode after = before.deepCopy();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "\""
                + assignment
                + "\" does not set a field: use field=value, such as mode=reportOnly");
      }
      String field = assignment.substring(0, equals).strip();
      String value = assignment.substring(equals + 1).strip();
      if (field.equals("name")) {
        throw new IllegalArgumentException(
            (kind == ObjectKind.ROUTING_RULE ? "a routing rule" : "a connector")
                + " cannot be renamed: add one with the new name, and remove this one");
      }
      if (value.isEmpty()) {
        after.remove(field);
      } else if (FileView.isList(kind, field)) {
        ArrayNode items = after.putArray(field);
        for (String item : value.split(",", -1)) {
          items.add(item.strip());
        }
      } else if (value.equals("true") || value.equals("false")) {
        after.put(field, value.equals("true"));
      } else if (NUMBER.matcher(value).matches()) {
        after.put(field, Integer.parseInt(value));
      } else {
        after.put(field, value);
      }
    }
    return after;
  }
}
