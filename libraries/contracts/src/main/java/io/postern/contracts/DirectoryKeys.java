package io.postern.contracts;

import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.DirectoryObject;

/** Keys of directory objects, which are also their names in problems and explanations. */
public final class DirectoryKeys {
  private DirectoryKeys() {}

  /**
   * organization/ID, accepted-domain/DOMAIN, inbound-connector/ORG/NAME,
   * outbound-connector/ORG/NAME, anchor-set/ORG/NAME, routing-rule/ORG/NAME.
   *
   * @throws IllegalArgumentException for an object of a kind that this version does not know
   */
  public static String key(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ORGANIZATION -> "organization/" + object.getOrganization().getId();
      case ACCEPTED_DOMAIN -> "accepted-domain/" + object.getAcceptedDomain().getDomain();
      case INBOUND_CONNECTOR ->
          inboundConnectors(object.getInboundConnector().getOrganization())
              + object.getInboundConnector().getName();
      case OUTBOUND_CONNECTOR ->
          outboundConnectors(object.getOutboundConnector().getOrganization())
              + object.getOutboundConnector().getName();
      case ANCHOR_SET ->
          "anchor-set/"
              + anchorSetId(
                  object.getAnchorSet().getOrganization(), object.getAnchorSet().getName());
      case ROUTING_RULE ->
          routingRules(object.getRoutingRule().getOrganization())
              + object.getRoutingRule().getName();
      case OBJECT_NOT_SET -> throw unknown();
    };
  }

  /** With what the keys of an organization's routing rules begin. */
  public static String routingRules(String organization) {
    return "routing-rule/" + organization + "/";
  }

  /** With what the keys of an organization's inbound connectors begin. */
  public static String inboundConnectors(String organization) {
    return "inbound-connector/" + organization + "/";
  }

  /** The same of its outbound connectors. */
  public static String outboundConnectors(String organization) {
    return "outbound-connector/" + organization + "/";
  }

  /** The organization that the object belongs to; itself for an organization. */
  public static String organizationOf(DirectoryObject object) {
    return switch (object.getObjectCase()) {
      case ORGANIZATION -> object.getOrganization().getId();
      case ACCEPTED_DOMAIN -> object.getAcceptedDomain().getOrganization();
      case INBOUND_CONNECTOR -> object.getInboundConnector().getOrganization();
      case OUTBOUND_CONNECTOR -> object.getOutboundConnector().getOrganization();
      case ANCHOR_SET -> object.getAnchorSet().getOrganization();
      case ROUTING_RULE -> object.getRoutingRule().getOrganization();
      case OBJECT_NOT_SET -> throw unknown();
    };
  }

  /** The id of an organization's own anchor set, as {@code AnchorSetReference} has it: ORG/NAME. */
  public static String anchorSetId(String organization, String name) {
    return organization + "/" + name;
  }

  /** The organization whose anchors these are; {@code otherwise} for the installation's. */
  public static String organizationOf(AnchorSetReference anchors, String otherwise) {
    int slash = anchors.getId().indexOf('/');
    return slash < 0 ? otherwise : anchors.getId().substring(0, slash);
  }

  /** A client certificate's name in a {@code TlsRequirement}: ORG/NAME, its place in the folder. */
  public static String clientCertificate(String organization, String name) {
    return organization + "/" + name;
  }

  /** The name of credentials in a {@code NextHop}: ORG/NAME, their place in the folder. */
  public static String credentials(String organization, String name) {
    return organization + "/" + name;
  }

  private static IllegalArgumentException unknown() {
    return new IllegalArgumentException("directory object of an unknown kind");
  }
}
