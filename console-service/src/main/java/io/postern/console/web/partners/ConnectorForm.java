package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.api.Problem;
import io.postern.console.web.frame.Submitted;
import io.postern.console.web.frame.Values;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of a connector's form, in groups as Exchange's admin center asks them. What the form
 * does not know stays in the connector. Stateless.
 */
final class ConnectorForm {
  private static final List<String> FLAG = List.of();
  private static final List<String> TYPES = List.of("partner", "onPremises");
  private static final List<String> MODES = List.of("enforce", "reportOnly");
  private static final List<String> REVOCATION = List.of("required", "bestEffort", "off");

  enum Kind {
    TEXT,
    LIST,
    NUMBER,
    FLAG,
    CHOICE
  }

  record Field(String group, String name, Kind kind, List<String> choices) {}

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

  public record Group(String name, boolean open, List<Input> inputs) {}

  private static final List<Field> INBOUND =
      List.of(
          choice("identity", "connectorType", TYPES),
          choice("identity", "mode", MODES),
          flag("identity", "enabled"),
          text("identity", "comment"),
          list("senders", "senderDomains"),
          text("senders", "tlsSenderCertificateName"),
          list("senders", "senderIPAddresses"),
          flag("security", "requireTls"),
          flag("security", "restrictDomainsToCertificate"),
          flag("security", "restrictDomainsToIPAddresses"),
          list("more", "associatedAcceptedDomains"),
          flag("more", "treatMessagesAsInternal"),
          flag("more", "cloudServicesMailEnabled"),
          flag("more", "blocked"),
          text("more", "blockedReason"),
          flag("more", "efSkipLastIP"),
          list("more", "efSkipIPs"),
          list("more", "efUsers"),
          text("more", "trustAnchors"),
          choice("more", "revocation", REVOCATION),
          number("more", "maxMessagesPerMinute"),
          number("more", "maxRecipientsPerMinute"),
          number("more", "maxRecipientsPerMinutePerSender"));

  private static final List<Field> OUTBOUND =
      List.of(
          choice("identity", "connectorType", TYPES),
          choice("identity", "mode", MODES),
          flag("identity", "enabled"),
          text("identity", "comment"),
          list("use", "recipientDomains"),
          flag("use", "allAcceptedDomains"),
          flag("routing", "useMXRecord"),
          list("routing", "smartHosts"),
          choice(
              "security",
              "tlsSettings",
              List.of("", "encryptionOnly", "certificateValidation", "domainValidation")),
          text("security", "tlsDomain"),
          choice("more", "smtpDaneMode", List.of("", "none", "opportunistic", "mandatory")),
          choice("more", "mtaStsMode", List.of("", "none", "opportunistic")),
          text("more", "trustAnchors"),
          choice("more", "revocation", REVOCATION),
          choice("more", "minimumTlsVersion", List.of("TLSv1.2", "TLSv1.3")),
          flag("more", "requireForwardSecrecy"),
          flag("more", "requirePostQuantum"),
          text("more", "clientCertificate"),
          text("more", "credentials"),
          text("more", "ehloName"),
          list("more", "sourceAddresses"),
          flag("more", "routeAllMessagesViaOnPremises"),
          flag("more", "cloudServicesMailEnabled"),
          flag("more", "senderRewritingEnabled"),
          number("more", "maxConnections"),
          number("more", "maxMessagesPerConnection"),
          number("more", "maxMessagesPerMinute"));

  private ConnectorForm() {}

  private static Field text(String group, String name) {
    return new Field(group, name, Kind.TEXT, FLAG);
  }

  private static Field list(String group, String name) {
    return new Field(group, name, Kind.LIST, FLAG);
  }

  private static Field number(String group, String name) {
    return new Field(group, name, Kind.NUMBER, FLAG);
  }

  private static Field flag(String group, String name) {
    return new Field(group, name, Kind.FLAG, FLAG);
  }

  private static Field choice(String group, String name, List<String> choices) {
    return new Field(group, name, Kind.CHOICE, choices);
  }

  static List<Field> fields(String direction) {
    return direction.equals(Connectors.INBOUND) ? INBOUND : OUTBOUND;
  }

  /** A new connector, with the values that most need. */
  static ObjectNode standing(String direction, String type) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("connectorType", type).put("enabled", true).put("mode", "enforce");
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
        case FLAG -> {
          boolean checked = form.has(name);
          if (checked || after.has(name)) {
            after.put(name, checked);
          }
        }
        case LIST -> {
          List<String> items = form.list(name);
          if (items.isEmpty()) {
            after.remove(name);
          } else {
            ArrayNode array = after.putArray(name);
            items.forEach(array::add);
          }
        }
        case TEXT, CHOICE, NUMBER -> one(after, field, form.text(name));
      }
    }
    return after;
  }

  private static void one(ObjectNode after, Field field, String value) {
    if (value.isEmpty()) {
      after.remove(field.name());
    } else if (field.kind() == Kind.NUMBER && value.matches("[0-9]{1,9}")) {
      after.put(field.name(), Integer.parseInt(value));
    } else {
      after.put(field.name(), value);
    }
  }

  /**
   * @param faults of the API; each is shown beside its field
   */
  static List<Group> groups(String direction, ObjectNode object, List<Problem.Fault> faults) {
    List<Group> groups = new ArrayList<>();
    for (String group : fields(direction).stream().map(Field::group).distinct().toList()) {
      List<Input> inputs =
          fields(direction).stream()
              .filter(field -> field.group().equals(group))
              .map(field -> input(field, object.path(field.name()), faults))
              .toList();
      boolean open = !group.equals("more") || inputs.stream().anyMatch(Input::wrong);
      groups.add(new Group(group, open, inputs));
    }
    return groups;
  }

  private static Input input(Field field, JsonNode value, List<Problem.Fault> faults) {
    return new Input(
        field.name(),
        field.kind().name(),
        value.isArray() ? String.join("\n", Values.list(value)) : value.asText(""),
        value.asBoolean(false),
        field.choices(),
        faults.stream().filter(fault -> nameOf(fault).equals(field.name())).toList());
  }

  /** Those that are of no field of the form. */
  static List<Problem.Fault> others(String direction, List<Problem.Fault> faults) {
    List<String> names = fields(direction).stream().map(Field::name).toList();
    return faults.stream()
        .filter(fault -> !names.contains(nameOf(fault)) && !nameOf(fault).equals("name"))
        .toList();
  }

  static String nameOf(Problem.Fault fault) {
    return fault.pointer().replaceFirst("^/", "").replaceFirst("[/\\[].*", "");
  }
}
