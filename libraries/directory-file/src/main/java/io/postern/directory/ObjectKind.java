package io.postern.directory;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.fields.DirectoryFields;
import io.postern.fields.FieldTable;
import java.util.Locale;
import java.util.Optional;

/**
 * The kinds of directory objects, with their words in addresses, keys and files, in the order of a
 * file.
 */
public enum ObjectKind {
  ORGANIZATION("organizations", "", DirectoryFields.ORGANIZATION),
  ACCEPTED_DOMAIN("accepted-domains", "acceptedDomains", DirectoryFields.ACCEPTED_DOMAIN),
  ANCHOR_SET("anchor-sets", "trustAnchors", DirectoryFields.ANCHOR_SET),
  INBOUND_CONNECTOR("inbound-connectors", "inboundConnectors", DirectoryFields.INBOUND_CONNECTOR),
  OUTBOUND_CONNECTOR(
      "outbound-connectors", "outboundConnectors", DirectoryFields.OUTBOUND_CONNECTOR),
  ROUTING_RULE("routing-rules", "routingRules", DirectoryFields.ROUTING_RULE);

  private final String plural;
  private final String list;
  private final FieldTable fields;
  private final FieldDescriptor field;

  ObjectKind(String plural, String list, FieldTable fields) {
    this.plural = plural;
    this.list = list;
    this.fields = fields;
    this.field = DirectoryObject.getDescriptor().findFieldByName(name().toLowerCase(Locale.ROOT));
  }

  /** As in {@code /api/v1/organizations/contoso/inbound-connectors}. */
  public static Optional<ObjectKind> of(String plural) {
    for (ObjectKind kind : values()) {
      if (kind.plural.equals(plural)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** Empty: an object of a kind that this version does not know. */
  public static Optional<ObjectKind> of(DirectoryObject object) {
    for (ObjectKind kind : values()) {
      if (kind.is(object)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** As in addresses: {@code inbound-connectors}. */
  public String plural() {
    return plural;
  }

  /** As in keys: {@code inbound-connector}. */
  public String word() {
    return field.getName().replace('_', '-');
  }

  /** The list of an organization in a file; empty: the organizations themselves. */
  public String list() {
    return list;
  }

  public FieldTable fields() {
    return fields;
  }

  /** Name of the field that has the object's name. */
  public String nameField() {
    return fields.fields().getFirst().name();
  }

  /** An object of the organization, without a name. */
  DirectoryObject.Builder begun(String organization) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    FieldDescriptor owner = fields.message().findFieldByName("organization");
    if (owner != null) {
      message(object).setField(owner, organization);
    }
    return object;
  }

  Message.Builder message(DirectoryObject.Builder object) {
    return object.getFieldBuilder(field);
  }

  Message message(DirectoryObject object) {
    return (Message) object.getField(field);
  }

  /** The key of the object of this name, see {@link DirectoryKeys}. */
  public String key(String organization, String name) {
    DirectoryObject.Builder object = begun(organization);
    fields.fields().getFirst().set(message(object), this == ORGANIZATION ? organization : name);
    return DirectoryKeys.key(object.build());
  }

  /** Whether it is an object of this kind. */
  public boolean is(DirectoryObject object) {
    return object.hasField(field);
  }

  /** The object's name within its organization; an organization's id. */
  public static String nameOf(DirectoryObject object) {
    return of(object)
        .map(kind -> (String) kind.fields.fields().getFirst().get(kind.message(object)))
        .orElse("");
  }
}
