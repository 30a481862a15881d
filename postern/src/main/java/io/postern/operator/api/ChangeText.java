package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A change of a directory object, as the services tell it, in lines for people. Pure. */
public final class ChangeText {
  private ChangeText() {}

  /** The object, and below it each field with its value before and after. */
  public static List<String> lines(JsonNode change) {
    List<String> lines = new ArrayList<>();
    lines.add(change.path("change").asText() + " " + change.path("object").asText());
    for (JsonNode field : change.path("fields")) {
      lines.add(
          "    "
              + field.path("field").asText()
              + ": "
              + value(field.path("before"))
              + " -> "
              + value(field.path("after")));
    }
    return lines;
  }

  /** A value as a person writes it; "-" for none. */
  public static String value(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "-";
    }
    if (!value.isArray()) {
      return value.isTextual() ? value.asText() : value.toString();
    }
    List<String> items = new ArrayList<>();
    value.forEach(item -> items.add(value(item)));
    return String.join(", ", items);
  }
}
