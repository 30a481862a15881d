package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.Problem;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.frame.Values;
import io.postern.fields.Field;
import io.postern.fields.Group;
import io.postern.fields.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The form of a connector or a routing rule: the fields of its table that have a group. What the
 * form does not know stays in the object. Stateless.
 */
final class ConnectorForm {
  /** A field as it is shown. */
  public record Input(
      String name,
      String kind,
      String value,
      boolean checked,
      List<String> choices,
      List<Problem.Fault> faults) {
    /** For error messages beside a field. */
    public boolean wrong() {
      return !faults.isEmpty();
    }

    /** Of the text of one choice. */
    public String key(String choice) {
      return "choice." + name + "." + choice;
    }
  }

  public record Shown(String name, boolean open, List<Input> inputs) {}

  private ConnectorForm() {}

  static List<Field> fields(String direction) {
    return Connectors.kind(direction).fields().fields().stream()
        .filter(field -> field.group() != null)
        .toList();
  }

  /** A new connector or rule, with the values that most need. */
  static ObjectNode standing(String direction, String type) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("enabled", true).put("mode", "enforce");
    if (direction.equals(Connectors.ROUTING)) {
      return object;
    }
    object.put("connectorType", type);
    boolean partner = type.equals("partner");
    if (direction.equals(Connectors.INBOUND)) {
      object.put("requireTls", partner).put("restrictDomainsToCertificate", partner);
    } else {
      object.put("useMXRecord", partner).put("tlsSettings", "domainValidation");
      object.put("minimumTlsVersion", "TLSv1.2");
    }
    return object.put("revocation", "required");
  }

  /**
   * The connector with what the form says.
   *
   * @param before what it does not say
   */
  static ObjectNode read(String direction, ObjectNode before, Submitted form) {
    ObjectNode after = before.deepCopy();
    for (Field field : fields(direction)) {
      String name = field.name();
      switch (field.kind()) {
        case Kind.Flag _ -> {
          boolean checked = form.has(name);
          if (checked || after.has(name)) {
            after.put(name, checked);
          }
        }
        case Kind.Texts _, Kind.Hosts _ -> {
          List<String> items = form.list(name);
          if (items.isEmpty()) {
            after.remove(name);
          } else {
            ArrayNode array = after.putArray(name);
            items.forEach(array::add);
          }
        }
        default -> one(after, field, form.text(name));
      }
    }
    return after;
  }

  private static void one(ObjectNode after, Field field, String value) {
    if (value.isEmpty()) {
      after.remove(field.name());
    } else if (field.kind() instanceof Kind.Number && value.matches("[0-9]{1,9}")) {
      after.put(field.name(), Integer.parseInt(value));
    } else {
      after.put(field.name(), value);
    }
  }

  /**
   * @param faults of the API; each is shown beside its field
   * @param ofRules names of the outbound connectors that a rule chooses from; empty: it is typed
   */
  static List<Shown> groups(
      String direction,
      ObjectNode object,
      List<Problem.Fault> faults,
      Optional<List<String>> ofRules) {
    List<Shown> groups = new ArrayList<>();
    for (Group group : Group.values()) {
      List<Input> inputs =
          fields(direction).stream()
              .filter(field -> field.group() == group)
              .map(field -> input(field, object.path(field.name()), faults, ofRules))
              .toList();
      if (!inputs.isEmpty()) {
        boolean open = group != Group.MORE || inputs.stream().anyMatch(Input::wrong);
        groups.add(new Shown(group.key(), open, inputs));
      }
    }
    return groups;
  }

  private static Input input(
      Field field, JsonNode value, List<Problem.Fault> faults, Optional<List<String>> ofRules) {
    boolean named = ofRules.isPresent() && isConnector(field.kind());
    return new Input(
        field.name(),
        named ? "NAME" : input(field.kind()),
        value.isArray() ? String.join("\n", Values.list(value)) : value.asText(""),
        value.asBoolean(false),
        named ? names(ofRules.get(), value.asText("")) : choices(field.kind()),
        faults.stream().filter(fault -> nameOf(fault).equals(field.name())).toList());
  }

  private static boolean isConnector(Kind kind) {
    return kind instanceof Kind.Text text && text.form() == Kind.Form.OUTBOUND_CONNECTOR;
  }

  /** With the one that is there, or none, since a form must not change it by itself. */
  private static List<String> names(List<String> names, String current) {
    List<String> all = new ArrayList<>(names);
    if (!all.contains(current)) {
      all.addFirst(current);
    }
    return all;
  }

  /** The input's kind, as the template has it. */
  private static String input(Kind kind) {
    return switch (kind) {
      case Kind.Flag _ -> "FLAG";
      case Kind.Number _ -> "NUMBER";
      case Kind.Choice _ -> "CHOICE";
      case Kind.Texts _, Kind.Hosts _ -> "LIST";
      default -> "TEXT";
    };
  }

  /** An empty one where the default has no word. */
  static List<String> choices(Kind kind) {
    if (!(kind instanceof Kind.Choice choice)) {
      return List.of();
    }
    List<String> words = new ArrayList<>(choice.words().all());
    if (choice.words().write(choice.standing().getValueDescriptor()) == null) {
      words.addFirst("");
    }
    return words;
  }

  /** Those that are of no field of the form. */
  static List<Problem.Fault> others(String direction, List<Problem.Fault> faults) {
    if (faults.isEmpty()) {
      return faults;
    }
    List<String> names = fields(direction).stream().map(Field::name).toList();
    return faults.stream()
        .filter(fault -> !names.contains(nameOf(fault)) && !nameOf(fault).equals("name"))
        .toList();
  }

  static String nameOf(Problem.Fault fault) {
    // Of a draft, the field is of the one object in a list.
    return fault
        .pointer()
        .replaceFirst("^/(\\w+(Connectors|Rules)/0/)?", "")
        .replaceFirst("/.*", "");
  }
}
