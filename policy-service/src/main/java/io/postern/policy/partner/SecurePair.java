package io.postern.policy.partner;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.directory.DirectoryFile;
import io.postern.directory.FileProblem;
import io.postern.directory.FileView;
import io.postern.directory.ObjectKind;
import io.postern.names.DomainNames;
import io.postern.policy.change.Faults;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The connectors by which TLS with one partner is forced
 * (docs/guides/forced-tls-with-a-partner.md): one for mail in, or two alternatives where it may
 * prove itself in two ways, and one for mail out. Their names follow from the partner's domain,
 * their comment says who made them. Immutable.
 */
final class SecurePair {
  private static final int MOST_NAME = 64;
  private static final String COMMENT = "made to force TLS with ";

  /** The request's fields, by those of the connectors. */
  private static final Map<String, String> ASKED =
      Map.ofEntries(
          Map.entry("senderDomains", "domains"),
          Map.entry("recipientDomains", "domains"),
          Map.entry("tlsSenderCertificateName", "certificateName"),
          Map.entry("senderIPAddresses", "addresses"),
          Map.entry("smartHosts", "smartHosts"),
          Map.entry("tlsSettings", "tlsSettings"),
          Map.entry("tlsDomain", "tlsDomain"),
          Map.entry("trustAnchors", "trustAnchors"),
          Map.entry("revocation", "revocation"),
          Map.entry("mode", "mode"));

  private static final List<ObjectKind> KINDS =
      List.of(ObjectKind.INBOUND_CONNECTOR, ObjectKind.OUTBOUND_CONNECTOR);

  private final String organization;
  private final String domain;
  private final DirectoryFile file;

  private SecurePair(String organization, String domain, DirectoryFile file) {
    this.organization = organization;
    this.domain = domain;
    this.file = file;
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
      Map<String, Object> one = connector(asked, inboundName(domain), domain);
      one.put("senderDomains", domains);
      one.put("requireTls", true);
      one.put("tlsSenderCertificateName", asked.certificate());
      one.put("restrictDomainsToCertificate", true);
      inbound.add(one);
    }
    if (!asked.addressList().isEmpty()) {
      Map<String, Object> one = connector(asked, byAddressName(domain), domain);
      one.put("senderDomains", domains);
      one.put("requireTls", true);
      one.put("senderIPAddresses", asked.addressList());
      one.put("restrictDomainsToIPAddresses", true);
      inbound.add(one);
    }
    Map<String, Object> outbound = connector(asked, outboundName(domain), domain);
    outbound.put("recipientDomains", domains);
    if (asked.smartHosts() != null && !asked.smartHosts().isEmpty()) {
      outbound.put("smartHosts", asked.smartHosts());
    }
    outbound.put("tlsSettings", "domainValidation");
    put(outbound, "tlsSettings", asked.tlsSettings());
    put(outbound, "tlsDomain", asked.tlsDomain());
    Map<String, List<?>> lists =
        Map.of("inboundConnectors", inbound, "outboundConnectors", List.of(outbound));
    DirectoryFile file = DirectoryFile.lists(lists, organization);
    Faults.refuse(file.problems().stream().map(SecurePair::place).toList());
    return new SecurePair(organization, domain, file);
  }

  /** A problem of a connector, at the field of the request that it was made of. */
  private static FileProblem place(FileProblem problem) {
    String field = problem.field().replaceFirst("[.\\[].*", "");
    String asked = ASKED.getOrDefault(field, "");
    String at = asked.isEmpty() ? "" : asked + problem.field().substring(field.length());
    return problem.at(FileProblem.pointer(at));
  }

  /** The same of a problem that the rules found. */
  FileProblem place(DirectoryProblem problem) {
    return place(file.locate(problem));
  }

  private static Map<String, Object> connector(SecureRequest asked, String name, String domain) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.put("connectorType", "partner");
    fields.put("comment", COMMENT + domain);
    put(fields, "trustAnchors", asked.trustAnchors());
    put(fields, "revocation", asked.revocation());
    put(fields, "mode", asked.mode());
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      fields.put(name, value.strip());
    }
  }

  private static String inboundName(String domain) {
    return Texts.cut("From " + domain, MOST_NAME);
  }

  private static String byAddressName(String domain) {
    return Texts.cut("From addresses of " + domain, MOST_NAME);
  }

  private static String outboundName(String domain) {
    return Texts.cut("To " + domain, MOST_NAME);
  }

  List<DirectoryObject> objects() {
    return file.objects();
  }

  OutboundConnector outbound() {
    return objects().getLast().getOutboundConnector(); // a file has them after the inbound ones
  }

  /** The same as a directory with the pair has it. */
  OutboundConnector outbound(Directory with) {
    return with.object(DirectoryKeys.key(objects().getLast())).orElseThrow().getOutboundConnector();
  }

  List<InboundConnector> inbound() {
    return objects().stream()
        .filter(DirectoryObject::hasInboundConnector)
        .map(DirectoryObject::getInboundConnector)
        .toList();
  }

  /** In the spelling of a directory file. */
  static Map<String, Object> shown(List<DirectoryObject> connectors) {
    Map<String, Object> lists = new LinkedHashMap<>();
    for (ObjectKind kind : KINDS) {
      lists.put(kind.list(), connectors.stream().filter(kind::is).map(FileView::fields).toList());
    }
    return lists;
  }

  /**
   * The pair in the place of the one made before.
   *
   * @throws ProblemException 409: a connector of one of the names was made by somebody else
   */
  List<DirectoryObject> wanted(Directory before) {
    List<DirectoryObject> wanted = new ArrayList<>(objects());
    List<String> keys = objects().stream().map(DirectoryKeys::key).toList();
    made(before, organization, domain).stream()
        .filter(made -> !keys.contains(DirectoryKeys.key(made)))
        .map(SecurePair::removed)
        .forEach(wanted::add);
    for (String key : keys) {
      if (isOthers(before, key, domain)) {
        throw ProblemException.conflict(
            key
                + " was not created by this call: rename or remove it first, or change it"
                + " directly.");
      }
    }
    return wanted;
  }

  /** Something has the key that was not made for the partner. */
  private static boolean isOthers(Directory before, String key, String domain) {
    return before.object(key).filter(there -> !isMade(there, domain)).isPresent();
  }

  /**
   * What takes the pair away.
   *
   * @throws ProblemException 409: part of it is somebody's own by now, or has another name; without
   *     it the rest would be no pair
   */
  static List<DirectoryObject> removal(Directory before, String organization, String domain) {
    List<DirectoryObject> made = made(before, organization, domain);
    List<Problem.Fault> others = new ArrayList<>();
    for (String key : keys(organization, domain)) {
      if (isOthers(before, key, domain)) {
        others.add(other(key, "its comment was changed", "restore \"" + COMMENT + domain + "\""));
      }
    }
    before.objects().stream()
        .filter(object -> DirectoryKeys.organizationOf(object).equals(organization))
        .filter(object -> isMade(object, domain) && !made.contains(object))
        .forEach(
            object ->
                others.add(
                    other(
                        DirectoryKeys.key(object),
                        "it has the pair's comment and another name",
                        "change its comment")));
    if (!made.isEmpty() && !others.isEmpty()) {
      throw new ProblemException(
          Problem.of(
              409,
              "Conflict",
              others.stream().map(Problem.Fault::object).collect(Collectors.joining(", "))
                  + ": not as the call for the partner made it. Nothing was removed.",
              others));
    }
    return made.stream().map(SecurePair::removed).toList();
  }

  private static Problem.Fault other(String key, String problem, String cure) {
    return new Problem.Fault(
        "", key, problem, cure + ", or remove each connector of the partner directly", null);
  }

  private static List<String> keys(String organization, String domain) {
    return List.of(
        DirectoryKeys.inboundConnectors(organization) + inboundName(domain),
        DirectoryKeys.inboundConnectors(organization) + byAddressName(domain),
        DirectoryKeys.outboundConnectors(organization) + outboundName(domain));
  }

  /** The connectors that were made for a partner and are there. */
  static List<DirectoryObject> made(Directory directory, String organization, String domain) {
    return keys(organization, domain).stream()
        .flatMap(key -> directory.object(key).stream())
        .filter(object -> isMade(object, domain))
        .toList();
  }

  private static DirectoryObject removed(DirectoryObject object) {
    return object.toBuilder().setRemoved(true).build();
  }

  private static boolean isMade(DirectoryObject object, String domain) {
    return KINDS.stream().anyMatch(kind -> kind.is(object))
        && (COMMENT + domain).equals(FileView.fields(object).get("comment"));
  }
}
