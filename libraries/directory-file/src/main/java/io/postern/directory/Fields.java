package io.postern.directory;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.postern.contracts.Texts;
import io.postern.fields.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
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
  private final String pointer;
  private final String prefix;
  private String object;

  /** Of the document. */
  Fields(Node root, Problems problems) {
    this(root, problems, "", "", "");
  }

  /**
   * @param node a mapping; anything else is a problem and reads as an empty mapping
   * @param pointer of the mapping in the document
   * @param object key of the object that the fields belong to, as far as it is known
   * @param prefix of the fields' names in problems, as {@code mailboxRoute.}
   */
  private Fields(Node node, Problems problems, String pointer, String object, String prefix) {
    this.problems = problems;
    this.place = Place.of(node);
    this.pointer = pointer;
    this.object = object;
    this.prefix = prefix;
    if (!(node instanceof MappingNode mapping)) {
      problem(place, pointer, name(prefix), "no fields here", "write \"name: value\"");
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      Node key = tuple.getKeyNode();
      if (!(key instanceof ScalarNode scalar)) {
        problem(Place.of(key), pointer, "", "a field name is one word", "write \"name: value\"");
        continue;
      }
      String name = scalar.getValue();
      if (values.putIfAbsent(name, tuple.getValueNode()) == null) {
        keys.put(name, key);
      } else {
        problem(Place.of(key), name, name + " is a duplicate", "keep one of the two");
      }
    }
  }

  /** Where the mapping begins. */
  Place place() {
    return place;
  }

  /** The value of a field that is not there. */
  void otherwise(String name, String value) {
    values.putIfAbsent(name, YamlText.node(value));
  }

  /** From here on problems are of this object, and its fields' places are kept. */
  void belongTo(String key) {
    object = key;
    if (prefix.isEmpty()) {
      problems.object(key, pointer);
    }
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
    return value(
        name,
        otherwise,
        text -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? false : null,
        "true or false");
  }

  int number(String name, int otherwise, int least, int most) {
    return value(
        name,
        otherwise,
        text -> {
          int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
          return number < least || number > most ? null : number;
        },
        "a number from " + least + " to " + most);
  }

  EnumValueDescriptor word(String name, Words words, EnumValueDescriptor otherwise) {
    return value(name, otherwise, words::read, "one of " + String.join(", ", words.all()));
  }

  /**
   * @param read null: it is none
   * @param instead for people, of a wrong one
   */
  private <T> T value(
      String name, T otherwise, Function<String, @Nullable T> read, String instead) {
    Node node = take(name);
    if (node == null) {
      return otherwise;
    }
    String text = scalar(name, node);
    T value = read.apply(text);
    if (value == null && !text.isEmpty()) { // else it was reported already
      problem(
          Place.of(node),
          name,
          name + " is \"" + Texts.shortened(text, 80) + "\"",
          "write " + instead);
    }
    return value == null ? otherwise : value;
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

  /** A list of mappings, each of an object; an empty field is an empty list. */
  List<Fields> objects(String name) {
    return mappings(name, (item, node) -> new Fields(node, problems, below(item), "", ""));
  }

  /** A list of mappings of this object. */
  List<Fields> parts(String name) {
    return mappings(name, this::part);
  }

  /** A mapping of this object. */
  @Nullable Fields part(String name) {
    Node node = take(name);
    return node == null ? null : part(name, node);
  }

  private List<Fields> mappings(String name, BiFunction<String, Node, Fields> of) {
    Node node = take(name);
    List<Fields> mappings = new ArrayList<>();
    if (node != null && !(node instanceof ScalarNode scalar && YamlText.isEmpty(scalar))) {
      items(name, node)
          .forEach(each -> mappings.add(of.apply(name + "[" + mappings.size() + "]", each)));
    }
    return mappings;
  }

  private Fields part(String name, Node node) {
    Fields part = new Fields(node, problems, below(name), object, name + ".");
    part.belongTo(object);
    return part;
  }

  private String below(String name) {
    return pointer + FileProblem.pointer(name);
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
    keys.forEach(
        (name, key) -> {
          if (!asked.contains(name)) {
            String nearest = "did you mean " + Nearest.of(name, asked) + "?";
            problem(Place.of(key), name, "unknown field " + Texts.shortened(name, 80), nearest);
          }
        });
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

  private void problem(Place place, String name, String problem, String cure) {
    boolean written =
        prefix.isEmpty() && keys.containsKey(name); // as it may be with characters of a path
    String at = written ? pointer + "/" + FileProblem.escaped(name) : below(name);
    problem(place, at, prefix + name, problem, cure);
  }

  private void problem(Place at, String pointer, String field, String problem, String cure) {
    problems.add(at, pointer, object, field, problem, cure);
  }

  private static String name(String prefix) {
    return prefix.endsWith(".") ? prefix.substring(0, prefix.length() - 1) : prefix;
  }
}
