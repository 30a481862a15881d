package io.postern.policy.partner;

import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.directory.FileView;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The connectors by which TLS with one partner is forced
 * (docs/guides/forced-tls-with-a-partner.md): one for mail in, or two alternatives where it may
 * prove itself in two ways, and one for mail out. Their names follow from the partner's domain,
 * their comment says who made them. Immutable.
 */
final class SecurePair {
  private static final int MOST_NAME = 64;
  private static final String COMMENT = "made to force TLS with ";

  private final String organization;
  private final String domain;
  private final List<DirectoryObject> objects;

  private SecurePair(String organization, String domain, List<DirectoryObject> objects) {
    this.organization = organization;
    this.domain = domain;
    this.objects = objects;
  }

  /** A partner's domain as lower-case A-labels. */
  static String domain(String text) {
    String ascii = DomainNames.aLabels(text);
    if (ascii == null || !DomainNames.isDomain(ascii) || !DomainNames.hasDot(ascii)) {
      throw ProblemException.badRequest(
          "domain",
          "\"" + text + "\" is not a valid domain",
          "write a domain such as fabrikam.example");
    }
    return ascii;
  }

  /**
   * @param domain A-labels
   * @throws ProblemException 400: it does not say how the partner proves itself; 422: a field
   *     cannot be read
   */
  static SecurePair of(String organization, String domain, SecureRequest asked) {
    if (asked.certificate().isEmpty() && asked.addressList().isEmpty()) {
      throw ProblemException.badRequest(
          "/certificateName",
          "how the partner authenticates is missing",
          "write certificateName, the name in the certificate that its servers show; or addresses");
    }
    List<String> domains =
        asked.domains() == null || asked.domains().isEmpty() ? List.of(domain) : asked.domains();
    List<Map<String, Object>> inbound = new ArrayList<>();
    if (!asked.certificate().isEmpty()) {
      Map<String, Object> one = common(asked, inboundName(domain), domain);
      one.put("senderDomains", domains);
      one.put("requireTls", true);
      one.put("tlsSenderCertificateName", asked.certificate());
      one.put("restrictDomainsToCertificate", true);
      inbound.add(one);
    }
    if (!asked.addressList().isEmpty()) {
      Map<String, Object> one = common(asked, byAddressName(domain), domain);
      one.put("senderDomains", domains);
      one.put("requireTls", true);
      one.put("senderIPAddresses", asked.addressList());
      one.put("restrictDomainsToIPAddresses", true);
      inbound.add(one);
    }
    Map<String, Object> outbound = common(asked, outboundName(domain), domain);
    outbound.put("recipientDomains", domains);
    if (asked.smartHosts() != null && !asked.smartHosts().isEmpty()) {
      outbound.put("smartHosts", asked.smartHosts());
    }
    outbound.put(
        "tlsSettings", asked.tlsSettings() == null ? "domainValidation" : asked.tlsSettings());
    put(outbound, "tlsDomain", asked.tlsDomain());
    return new SecurePair(
        organization,
        domain,
        Drafts.objects(
            organization,
            Map.of("inboundConnectors", inbound, "outboundConnectors", List.of(outbound))));
  }

  private static Map<String, Object> common(SecureRequest asked, String name, String domain) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.put("connectorType", "partner");
    fields.put("comment", COMMENT + domain);
    put(fields, "trustAnchors", asked.trustAnchors());
    put(fields, "revocation", asked.revocation());
    put(fields, "mode", asked.mode());
    return fields;
  }

  private static void put(
      Map<String, Object> fields, String name, @org.jspecify.annotations.Nullable String value) {
    if (value != null && !value.isBlank()) {
      fields.put(name, value.strip());
    }
  }

  private static String inboundName(String domain) {
    return cut("From " + domain);
  }

  private static String byAddressName(String domain) {
    return cut("From addresses of " + domain);
  }

  private static String outboundName(String domain) {
    return cut("To " + domain);
  }

  private static String cut(String name) {
    return name.length() <= MOST_NAME ? name : name.substring(0, MOST_NAME);
  }

  List<DirectoryObject> objects() {
    return objects;
  }

  OutboundConnector outbound() {
    return objects.stream()
        .filter(DirectoryObject::hasOutboundConnector)
        .map(DirectoryObject::getOutboundConnector)
        .findFirst()
        .orElseThrow();
  }

  List<InboundConnector> inbound() {
    return objects.stream()
        .filter(DirectoryObject::hasInboundConnector)
        .map(DirectoryObject::getInboundConnector)
        .toList();
  }

  /** In the spelling of a directory file. */
  Map<String, Object> shown() {
    return shown(objects);
  }

  static Map<String, Object> shown(List<DirectoryObject> connectors) {
    return Map.of(
        "inboundConnectors",
        connectors.stream()
            .filter(DirectoryObject::hasInboundConnector)
            .map(FileView::fields)
            .toList(),
        "outboundConnectors",
        connectors.stream()
            .filter(DirectoryObject::hasOutboundConnector)
            .map(FileView::fields)
            .toList());
  }

  /**
   * The change of the directory that puts the pair in the place of the one made before; empty: it
   * is in force as it is.
   *
   * @throws ProblemException 409: a connector of one of the names was made by somebody else
   */
  List<DirectoryObject> changes(Directory before) {
    List<DirectoryObject> changes = new ArrayList<>();
    for (DirectoryObject made : made(before, organization, domain)) {
      if (objects.stream()
          .noneMatch(object -> DirectoryKeys.key(object).equals(DirectoryKeys.key(made)))) {
        changes.add(removed(made));
      }
    }
    for (DirectoryObject object : objects) {
      DirectoryObject there = before.object(DirectoryKeys.key(object)).orElse(null);
      if (there != null && !isMade(there, domain)) {
        throw new ProblemException(
            io.postern.api.Problem.of(
                409,
                "A connector with this name exists",
                DirectoryKeys.key(object)
                    + " was not created by this call: rename or remove it first, or change it "
                    + "directly."));
      }
      if (there == null || !same(there, object)) {
        changes.add(object);
      }
    }
    return changes;
  }

  private static boolean same(DirectoryObject there, DirectoryObject object) {
    return there.getInboundConnector().equals(object.getInboundConnector())
        && there.getOutboundConnector().equals(object.getOutboundConnector());
  }

  /** The connectors that were made for a partner and are there. */
  static List<DirectoryObject> made(Directory directory, String organization, String domain) {
    List<DirectoryObject> made = new ArrayList<>();
    for (String key :
        List.of(
            "inbound-connector/" + organization + "/" + inboundName(domain),
            "inbound-connector/" + organization + "/" + byAddressName(domain),
            "outbound-connector/" + organization + "/" + outboundName(domain))) {
      directory.object(key).filter(object -> isMade(object, domain)).ifPresent(made::add);
    }
    return made;
  }

  static DirectoryObject removed(DirectoryObject object) {
    return object.toBuilder().setRemoved(true).build();
  }

  private static boolean isMade(DirectoryObject object, String domain) {
    String comment =
        object.hasInboundConnector()
            ? object.getInboundConnector().getComment()
            : object.getOutboundConnector().getComment();
    return comment.equals(COMMENT + domain);
  }
}
