package io.postern.rules.checks;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.MessageOrBuilder;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.NextHopHost;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import io.postern.fields.Kind.Form;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.address.AddressList;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.SkipList;
import java.util.List;

/**
 * The checks of fields one by one, by their tables: bounds, unknown values, and the connectors that
 * may have them. The checks that join fields, and those of parts, are those of each kind of object.
 */
final class FieldChecks {
  private static final int MOST_WORD = 64;

  /** The widest blocks that a cloud service publishes have room in them. */
  private static final int SHORTEST_IPV4_PREFIX = 8;

  private static final int SHORTEST_IPV6_PREFIX = 32;

  private final String organization;
  private final Directory after;
  private final Findings findings;

  /**
   * @param organization that the objects belong to
   */
  FieldChecks(String organization, Directory after, Findings findings) {
    this.organization = organization;
    this.after = after;
    this.findings = findings;
  }

  /**
   * @param prefix of the names in problems, as {@code mailboxRoute.}
   */
  void check(FieldTable table, String prefix, MessageOrBuilder object) {
    for (Field field : table.fields()) {
      String name = prefix + field.name();
      switch (field.kind()) {
        case Kind.Number number -> number(name, number, (int) field.get(object));
        case Kind.Choice choice -> choice(name, field, choice, object);
        case Kind.Text(Form form, int most) -> text(name, form, most, (String) field.get(object));
        case Kind.Texts(Form form, int most) -> {
          if (form != Form.OTHER) {
            List<?> texts = (List<?>) field.get(object);
            findings.each(name, texts, most, (each, text) -> form(each, form, (String) text));
          }
        }
        case Kind.Hosts hosts ->
            findings.each(
                name,
                (List<?>) field.get(object),
                hosts.most(),
                (each, host) -> findings.host(each, (NextHopHost) host));
        case Kind.Anchors _ ->
            findings.anchors(name, (AnchorSetReference) field.get(object), organization, after);
        case Kind.Host _ -> {
          if (field.isSet(object)) {
            findings.hostName(name, (String) field.get(object));
          }
        }
        case Kind.Flag _, Kind.Certificates _, Kind.Fingerprints _, Kind.Part _ -> {}
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

  private void number(String name, Kind.Number number, int value) {
    findings.addIf(
        value != 0 && (value < number.least() || value > number.most()),
        name,
        value + " is out of range",
        "write a number from " + number.least() + " to " + number.most() + ", or omit it");
  }

  private void choice(String name, Field field, Kind.Choice choice, MessageOrBuilder object) {
    EnumValueDescriptor value = (EnumValueDescriptor) field.get(object);
    boolean omittable = choice.words().write(choice.standing().getValueDescriptor()) == null;
    findings.addIf(
        value.getIndex() < 0,
        name,
        "unknown value",
        "write " + choice.words().choice() + (omittable ? ", or omit it" : ""));
    findings.addIf(
        !field.example().isEmpty() && !field.isSet(object),
        name,
        "it is missing",
        "write " + field.example());
  }

  private void text(String name, Form form, int most, String text) {
    switch (form) {
      case NAME -> findings.name(text);
      case PLAIN -> findings.text(name, text, most);
      case ACCEPTED_DOMAIN -> {
        // the object's own check
      }
      default -> {
        if (!text.isEmpty()) {
          form(name, form, text);
        }
      }
    }
  }

  private void form(String name, Form form, String text) {
    String quoted = Findings.quoted(text);
    switch (form) {
      case CERTIFICATE_NAME -> findings.certificateName(name, text);
      case HOST_NAME ->
          findings.addIf(
              !DomainNames.isDomain(text) || !DomainNames.hasDot(text),
              name,
              quoted + " is not a valid host name",
              Findings.suggested(text, "a host name such as mail.contoso.com, in lower case"));
      case ENTRY ->
          findings.addIf(
              !text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
              name,
              quoted + " is not a valid file name",
              "use 1 to 64 letters, digits, dots, hyphens or underscores, starting with a letter or "
                  + "digit: the name of a file in the organization's own folder, without its ending");
      case DOMAIN_PATTERN ->
          parse(
              () -> DomainPattern.parse(text),
              name,
              text,
              Findings.suggested(
                  text, "contoso.com, *.contoso.com (the domain and its subdomains) or *"));
      case ACCEPTED_DOMAIN ->
          findings.addIf(
              !after.accepts(organization, text),
              name,
              quoted + " is not an accepted domain of the organization",
              "add it to the accepted domains, or remove it here");
      case ORGANIZATION ->
          findings.addIf(
              !DomainNames.isDomain(text) || DomainNames.hasDot(text),
              name,
              quoted + " is not the ID of an organization",
              "write the ID of an organization, such as fabrikam");
      case GATEWAY ->
          parse(
              () -> gateway(name, quoted, SkipList.parse(text)),
              name,
              text,
              "write 192.0.2.1, 192.0.2.0/24, 192.0.2.1-192.0.2.9 or 2001:db8::/64");
      case RECIPIENT -> {
        int at = text.lastIndexOf('@');
        String domain = DomainNames.aLabels(text.substring(at + 1));
        findings.addIf(
            at <= 0 || domain == null || !after.accepts(organization, domain),
            name,
            quoted + " is not an address in an accepted domain",
            "add each address at which the recipient receives mail, user@domain");
      }
      case MAILBOXES ->
          parse(
              () -> new AddressList(List.of(text)),
              name,
              text,
              "write ann@contoso.com, contoso.com or *.contoso.com");
      case HEADER_FIELD ->
          findings.addIf(
              !text.matches("[!-9;-~]{1,64}"),
              name,
              quoted + " is not the name of a header field",
              "write a name such as X-Signature, without the colon");
      case WORD ->
          findings.addIf(
              text.isBlank() || text.length() > MOST_WORD,
              name,
              text.isBlank() ? "it is empty" : "it is too long",
              "write 1 to " + MOST_WORD + " characters");
      case NAME, PLAIN, DOMAIN, OUTBOUND_CONNECTOR, OTHER -> {
        // the object's own check
      }
    }
  }

  private void parse(Runnable parser, String name, String text, String cure) {
    try {
      parser.run();
    } catch (IllegalArgumentException e) {
      findings.add(name, Findings.quoted(text) + ": " + e.getMessage(), cure);
    }
  }

  private void gateway(String name, String quoted, SkipList.Span span) {
    SkipList.Span own = SkipList.PRIVATE.meeting(span);
    boolean ipv4 = span.first().bits() == 32;
    if (own != null) {
      findings.add(
          name,
          quoted + " has private addresses (" + own.text() + "), which are skipped without it",
          "remove it, and use only public addresses of the gateway");
    } else if (span.isWiderThan(ipv4 ? SHORTEST_IPV4_PREFIX : SHORTEST_IPV6_PREFIX)) {
      findings.add(
          name,
          quoted + " is too wide for the hosts of a gateway",
          "write blocks of /8 and longer (IPv6: /32), or shorter ranges");
    }
  }
}
