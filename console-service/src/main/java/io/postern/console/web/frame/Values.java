package io.postern.console.web.frame;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Values of the API as people read them. Stateless. */
public final class Values {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST = 3;

  private Values() {}

  /** Empty: there is none. */
  public static String text(@Nullable Object value) {
    JsonNode node = JSON.valueToTree(value);
    if (node.isNull() || node.isMissingNode()) {
      return "";
    }
    return node.isArray()
        ? String.join(", ", list(node))
        : node.isValueNode() ? node.asText() : node.toString();
  }

  public static List<String> list(JsonNode array) {
    List<String> items = new ArrayList<>();
    array.forEach(item -> items.add(item.isTextual() ? item.asText() : item.toString()));
    return items;
  }

  /** The first ones, and how many more there are. */
  public static String some(JsonNode array) {
    return some(list(array));
  }

  /** The same. */
  public static String some(List<String> items) {
    return items.size() <= MOST
        ? String.join(", ", items)
        : String.join(", ", items.subList(0, MOST)) + " +" + (items.size() - MOST);
  }

  public static String joined(String between, String... parts) {
    return String.join(between, List.of(parts).stream().filter(part -> !part.isEmpty()).toList());
  }

  public static String query(String name, String value) {
    return value.isEmpty() ? "" : name + "=" + Frame.encoded(value);
  }

  static Optional<JsonNode> present(JsonNode node) {
    return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(node);
  }
}
