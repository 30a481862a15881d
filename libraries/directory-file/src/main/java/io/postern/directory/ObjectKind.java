package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import java.util.Optional;

/** The kinds of directory objects, with their words in addresses and keys. */
public enum ObjectKind {
  ORGANIZATION("organizations", "organization"),
  ACCEPTED_DOMAIN("accepted-domains", "accepted-domain"),
  INBOUND_CONNECTOR("inbound-connectors", "inbound-connector"),
  OUTBOUND_CONNECTOR("outbound-connectors", "outbound-connector"),
  ANCHOR_SET("anchor-sets", "anchor-set");

  private final String plural;
  private final String word;

  ObjectKind(String plural, String word) {
    this.plural = plural;
    this.word = word;
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

  /** As in keys: {@code inbound-connector}. */
  public String word() {
    return word;
  }

  /** Name of the field that has the object's name. */
  String nameField() {
    return switch (this) {
      case ORGANIZATION -> "id";
      case ACCEPTED_DOMAIN -> "domain";
      case INBOUND_CONNECTOR, OUTBOUND_CONNECTOR, ANCHOR_SET -> "name";
    };
  }

  /** The key of the object of this name, see {@link DirectoryKeys}. */
  public String key(String organization, String name) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    switch (this) {
      case ORGANIZATION -> object.setOrganization(Organization.newBuilder().setId(organization));
      case ACCEPTED_DOMAIN -> object.setAcceptedDomain(AcceptedDomain.newBuilder().setDomain(name));
      case INBOUND_CONNECTOR ->
          object.setInboundConnector(
              InboundConnector.newBuilder().setOrganization(organization).setName(name));
      case OUTBOUND_CONNECTOR ->
          object.setOutboundConnector(
              OutboundConnector.newBuilder().setOrganization(organization).setName(name));
      case ANCHOR_SET ->
          object.setAnchorSet(AnchorSet.newBuilder().setOrganization(organization).setName(name));
    }
    return DirectoryKeys.key(object.build());
  }

  /** Whether it is an object of this kind. */
  public boolean is(DirectoryObject object) {
    return object.getObjectCase().name().equals(name());
  }

  /** The object's name within its organization; an organization's id. */
  public static String nameOf(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ORGANIZATION -> object.getOrganization().getId();
      case ACCEPTED_DOMAIN -> object.getAcceptedDomain().getDomain();
      case INBOUND_CONNECTOR -> object.getInboundConnector().getName();
      case OUTBOUND_CONNECTOR -> object.getOutboundConnector().getName();
      case ANCHOR_SET -> object.getAnchorSet().getName();
      case OBJECT_NOT_SET -> "";
    };
  }
}
