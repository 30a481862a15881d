package io.postern.rules.checks;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.MessageOrBuilder;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.NextHopHost;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import java.util.List;

/**
 * The checks of fields one by one, by their tables: bounds, unknown values, and the connectors that
 * may have them. The checks that join fields, and those of the entries of some lists, are those of
 * each kind of object.
 */
final class FieldChecks {
  private FieldChecks() {}

  /**
   * @param organization that the object belongs to
   */
  static void check(
      FieldTable table,
      MessageOrBuilder object,
      String organization,
      Directory after,
      Findings findings) {
    check(table, "", object, organization, after, findings);
  }

  /**
   * @param prefix of the names in problems, as {@code mailboxRoute.}
   */
  static void check(
      FieldTable table,
      String prefix,
      MessageOrBuilder object,
      String organization,
      Directory after,
      Findings findings) {
    for (Field field : table.fields()) {
      String name = prefix + field.name();
      switch (field.kind()) {
        case Kind.Flag _ -> {}
        case Kind.Number number -> number(name, number, (int) field.get(object), findings);
        case Kind.Choice choice ->
            choice(name, choice, (EnumValueDescriptor) field.get(object), findings);
        case Kind.Text text -> text(name, text, (String) field.get(object), findings);
        case Kind.Texts texts -> texts(name, texts, (List<?>) field.get(object), findings);
        case Kind.Hosts hosts -> hosts(name, hosts, (List<?>) field.get(object), findings);
        case Kind.Anchors _ ->
            findings.anchors(name, (AnchorSetReference) field.get(object), organization, after);
        case Kind.Host _ -> {
          if (field.isSet(object)) {
            findings.hostName(name, (String) field.get(object));
          }
        }
        case Kind.Certificates _ -> {}
        case Kind.Fingerprints _ -> {}
        case Kind.Part _ -> {}
      }
    }
  }

  /**
   * Fields that the connector's type or level of TLS does not allow.
   *
   * @param opportunistic nothing can be demanded of TLS
   */
  static void allowed(
      FieldTable table,
      MessageOrBuilder connector,
      ConnectorType type,
      boolean opportunistic,
      Findings findings) {
    for (Field field : table.fields()) {
      boolean set = field.only() != null && field.isSet(connector);
      if (type == ConnectorType.ON_PREMISES && field.only() == ConnectorType.PARTNER) {
        findings.partnerOnly(field.name(), set);
      } else if (type == ConnectorType.PARTNER && field.only() == ConnectorType.ON_PREMISES) {
        findings.onPremisesOnly(field.name(), set);
      }
      if (opportunistic && field.forcedTls()) {
        findings.forcedTlsOnly(field.name(), demands(field, connector));
      }
    }
  }

  /** More than every connector demands. */
  private static boolean demands(Field field, MessageOrBuilder connector) {
    return field.kind() instanceof Kind.Choice choice
        ? choice.words().write((EnumValueDescriptor) field.get(connector)) != null
            && !choice.standing().getValueDescriptor().equals(field.get(connector))
        : field.isSet(connector);
  }

  private static void number(String name, Kind.Number number, int value, Findings findings) {
    findings.addIf(
        value != 0 && (value < number.least() || value > number.most()),
        name,
        value + " is out of range",
        "write a number from " + number.least() + " to " + number.most() + ", or omit it");
  }

  private static void choice(
      String name, Kind.Choice choice, EnumValueDescriptor value, Findings findings) {
    boolean omittable = choice.words().write(choice.standing().getValueDescriptor()) == null;
    findings.addIf(
        value.getIndex() < 0,
        name,
        "unknown value",
        "write " + choice.words().choice() + (omittable ? ", or omit it" : ""));
  }

  private static void text(String name, Kind.Text text, String value, Findings findings) {
    switch (text.form()) {
      case NAME -> findings.name(value);
      case PLAIN -> findings.text(name, value, text.most());
      case CERTIFICATE_NAME -> {
        if (!value.isEmpty()) {
          findings.certificateName(name, value);
        }
      }
      case HOST_NAME ->
          findings.addIf(
              !value.isEmpty() && !(DomainNames.isDomain(value) && DomainNames.hasDot(value)),
              name,
              "\"" + Findings.shown(value) + "\" is not a valid host name",
              Findings.suggested(value, "a host name such as mail.contoso.com, in lower case"));
      case ENTRY ->
          findings.addIf(
              !value.isEmpty() && !value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
              name,
              "\"" + Findings.shown(value) + "\" is not a valid file name",
              "use 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or "
                  + "digit: the name of a file in the organization's own folder, without its ending");
      case DOMAIN, DOMAIN_PATTERN, ACCEPTED_DOMAIN, OTHER -> {
        // the object's own check
      }
    }
  }

  private static void texts(String name, Kind.Texts texts, List<?> values, Findings findings) {
    if (texts.form() == Kind.Form.DOMAIN_PATTERN) {
      findings.domainPatterns(name, values.stream().map(String.class::cast).toList());
    }
  }

  private static void hosts(String name, Kind.Hosts hosts, List<?> values, Findings findings) {
    if (findings.list(name, values.size(), hosts.most())) {
      for (int i = 0; i < values.size(); i++) {
        String field = name + "[" + i + "]";
        findings.host(field, (NextHopHost) values.get(i));
      }
    }
  }
}
