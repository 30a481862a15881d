package io.postern.directory;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.postern.fields.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The fields of one YAML mapping while it is read: the reader takes each once, by name and type,
 * and {@link #done} reports the unknown ones. Never throws for a wrong value: it is a problem with
 * its line, and the default is returned. Not thread-safe: one parse.
 */
final class Fields {
  private static final int MAX_TEXT = 1024;
  private static final int MAX_ITEMS = 1000;

  private final Problems problems;
  private final Place place;
  private final Map<String, Node> keys = new LinkedHashMap<>();
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Set<String> asked = new HashSet<>();
  private final String prefix;
  private String object;

  private Fields(Node mapping, Problems problems, String object, String prefix) {
    this.problems = problems;
    this.place = Place.of(mapping);
    this.object = object;
    this.prefix = prefix;
  }

  /**
   * @param node a mapping; anything else is a problem and reads as an empty mapping
   * @param object key of the object that the fields belong to, as far as it is known
   * @param prefix of the fields' names in problems, as {@code mailboxRoute.}
   */
  static Fields of(Node node, Problems problems, String object, String prefix) {
    Fields fields = new Fields(node, problems, object, prefix);
    if (!(node instanceof MappingNode mapping)) {
      problems.add(fields.place, object, name(prefix), "no fields here", "write \"name: value\"");
      return fields;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        problems.add(
            Place.of(key), object, "", "a field name is one word", "write \"name: value\"");
      } else if (fields.values.putIfAbsent(scalar.getValue(), tuple.getValueNode()) != null) {
        problems.add(
            Place.of(key),
            object,
            prefix + scalar.getValue(),
            scalar.getValue() + " is a duplicate",
            "keep one of the two");
      } else {
        fields.keys.put(scalar.getValue(), key);
      }
    }
    return fields;
  }

  /** From here on problems are of this object, and its fields' places are kept. */
  void belongTo(String key) {
    object = key;
    problems.place(key, name(prefix), place);
    values.forEach((name, value) -> placeOf(key, prefix + name, value));
  }

  private void placeOf(String key, String field, Node value) {
    problems.place(key, field, Place.of(value));
    if (value instanceof SequenceNode items) {
      int i = 0;
      for (Node item : items.getValue()) {
        problems.place(key, field + "[" + i++ + "]", Place.of(item));
      }
    }
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /** The text of a field; empty when it is not there. */
  String text(String name) {
    Node node = take(name);
    return node == null ? "" : scalar(name, node);
  }

  String required(String name, String example) {
    String text = text(name);
    if (!has(name)) {
      problem(place, name, name + " is missing", "write \"" + name + ": " + example + "\"");
    }
    return text;
  }

  /** A long text, such as a PEM block. */
  String block(String name) {
    Node node = take(name);
    if (node == null) {
      return "";
    }
    if (!(node instanceof ScalarNode scalar) || YamlText.isEmpty(scalar)) {
      problem(Place.of(node), name, name + " is a text", "write \"" + name + ": |\" and the text");
      return "";
    }
    return scalar.getValue();
  }

  boolean flag(String name, boolean otherwise) {
    Node node = take(name);
    if (node == null) {
      return otherwise;
    }
    String text = scalar(name, node);
    if (!text.equals("true") && !text.equals("false")) {
      wrong(name, node, text, "true or false");
      return otherwise;
    }
    return text.equals("true");
  }

  int number(String name, int otherwise, int least, int most) {
    Node node = take(name);
    if (node == null) {
      return otherwise;
    }
    String text = scalar(name, node);
    int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      wrong(name, node, text, "a number from " + least + " to " + most);
      return otherwise;
    }
    return number;
  }

  EnumValueDescriptor word(String name, Words words, EnumValueDescriptor otherwise) {
    Node node = take(name);
    if (node == null) {
      return otherwise;
    }
    String text = scalar(name, node);
    EnumValueDescriptor value = words.read(text);
    if (value == null) {
      wrong(name, node, text, "one of " + String.join(", ", words.all()));
      return otherwise;
    }
    return value;
  }

  /** A list of texts, or one text in place of a list of one. */
  List<String> texts(String name) {
    Node node = take(name);
    if (node == null) {
      return List.of();
    }
    if (node instanceof ScalarNode) {
      return List.of(scalar(name, node));
    }
    List<String> texts = new ArrayList<>();
    int i = 0;
    for (Node item : items(name, node)) {
      texts.add(scalar(name + "[" + i++ + "]", item));
    }
    return texts;
  }

  /** A list of mappings; an empty field is an empty list. */
  List<Node> mappings(String name) {
    Node node = take(name);
    if (node == null || node instanceof ScalarNode scalar && YamlText.isEmpty(scalar)) {
      return List.of();
    }
    return items(name, node);
  }

  @Nullable Node mapping(String name) {
    return take(name);
  }

  void problem(String name, String problem, String cure) {
    Node node = values.get(name);
    problem(node == null ? place : Place.of(node), name, problem, cure);
  }

  /** A problem of a list's item. */
  void problem(String name, int item, String problem, String cure) {
    Place at =
        values.get(name) instanceof SequenceNode items && item < items.getValue().size()
            ? Place.of(items.getValue().get(item))
            : place;
    problem(at, name + "[" + item + "]", problem, cure);
  }

  /** Reports each field that was never asked for, with the nearest name that would have been. */
  void done() {
    for (Map.Entry<String, Node> key : keys.entrySet()) {
      String name = key.getKey();
      if (!asked.contains(name)) {
        problem(
            Place.of(key.getValue()),
            name,
            "unknown field " + shortened(name),
            "did you mean " + Nearest.of(name, asked) + "?");
      }
    }
  }

  private @Nullable Node take(String name) {
    asked.add(name);
    return values.get(name);
  }

  private List<Node> items(String name, Node node) {
    if (!(node instanceof SequenceNode sequence)) {
      problem(Place.of(node), name, name + " is a list", "begin each entry with \"- \"");
      return List.of();
    }
    if (sequence.getValue().size() > MAX_ITEMS) {
      problem(Place.of(node), name, "more than " + MAX_ITEMS + " entries", "split the list");
      return List.of();
    }
    return sequence.getValue();
  }

  private String scalar(String name, Node node) {
    if (!(node instanceof ScalarNode scalar)) {
      problem(Place.of(node), name, name + " is a single value", "write one value after it");
      return "";
    }
    if (YamlText.isEmpty(scalar)) {
      problem(Place.of(node), name, name + " has no value", "write one, or remove the line");
      return "";
    }
    if (scalar.getValue().length() > MAX_TEXT) {
      problem(Place.of(node), name, "longer than " + MAX_TEXT + " characters", "shorten it");
      return "";
    }
    if (scalar.getValue().chars().anyMatch(Character::isISOControl)) {
      problem(Place.of(node), name, "a control character in it", "write it on one line");
      return "";
    }
    return scalar.getValue();
  }

  private void wrong(String name, Node node, String text, String instead) {
    if (!text.isEmpty()) { // else it was reported already
      problem(Place.of(node), name, name + " is \"" + shortened(text) + "\"", "write " + instead);
    }
  }

  private void problem(Place at, String name, String problem, String cure) {
    problems.add(at, object, prefix + name, problem, cure);
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  private static String name(String prefix) {
    return prefix.endsWith(".") ? prefix.substring(0, prefix.length() - 1) : prefix;
  }
}
