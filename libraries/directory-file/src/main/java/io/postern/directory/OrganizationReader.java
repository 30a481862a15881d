package io.postern.directory;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import java.security.cert.CertificateException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/** The reader of a directory file's organizations with all their objects. One parse, one thread. */
final class OrganizationReader {
  private final Problems problems;
  private final Map<String, DirectoryObject> objects = new LinkedHashMap<>();

  OrganizationReader(Problems problems) {
    this.problems = problems;
  }

  /** All objects read so far, in the file's order. */
  List<DirectoryObject> objects() {
    return List.copyOf(objects.values());
  }

  /** An organization by itself, without its objects. */
  DirectoryObject alone(Node node) {
    Fields fields = Fields.of(node, problems, "", "");
    String id = begin(fields);
    DirectoryObject organization = organization(fields, id);
    fields.done();
    return organization;
  }

  /** The organization's id. */
  String read(Node node) {
    Fields fields = Fields.of(node, problems, "", "");
    String id = begin(fields);
    objects.putIfAbsent("organization/" + id, organization(fields, id));
    objects(fields, id);
    Node hybrid = fields.mapping(HybridReader.ENTRY);
    if (hybrid != null) {
      List<String> accepted = acceptedDomains(id);
      new HybridReader(problems, id).read(hybrid, accepted).forEach(made -> addMade(made, hybrid));
    }
    fields.done();
    return id;
  }

  /** The lists of an organization's objects. */
  void objects(Fields fields, String id) {
    AcceptedDomainReader domains = new AcceptedDomainReader(problems, id);
    fields.mappings("acceptedDomains").forEach(domain -> add(domains.read(domain), domain));
    fields.mappings("trustAnchors").forEach(anchors -> add(anchorSet(id, anchors), anchors));
    ConnectorReader connectors = new ConnectorReader(problems, id);
    for (Node connector : fields.mappings("inboundConnectors")) {
      add(connectors.inbound(connector), connector);
    }
    for (Node connector : fields.mappings("outboundConnectors")) {
      add(connectors.outbound(connector), connector);
    }
  }

  private String begin(Fields fields) {
    String id = fields.required("id", "contoso");
    String key = "organization/" + id;
    boolean twice = problems.knows(key);
    fields.belongTo(key);
    if (twice) {
      fields.problem("id", "organization " + id + " is a duplicate", "join the two");
    } else if (!id.isEmpty() && !id.matches("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")) {
      fields.problem(
          "id", "\"" + id + "\" is not a valid ID", "write lower-case letters, digits and hyphens");
    }
    return id;
  }

  private static DirectoryObject organization(Fields fields, String id) {
    return DirectoryObject.newBuilder()
        .setOrganization(
            Organization.newBuilder()
                .setId(id)
                .setDisplayName(fields.text("displayName"))
                .setExpiryHours(fields.number("expiryHours", 24, 12, 120))
                .setRejectDirectSend(fields.flag("rejectDirectSend", false))
                .setRejectDirectSendSubdomains(fields.flag("rejectDirectSendSubdomains", false))
                .setSenderRewritingDomain(ConnectorFields.domain(fields, "senderRewritingDomain")))
        .build();
  }

  private List<String> acceptedDomains(String organization) {
    return objects.values().stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(DirectoryObject::getAcceptedDomain)
        .filter(domain -> domain.getOrganization().equals(organization))
        .map(AcceptedDomain::getDomain)
        .toList();
  }

  DirectoryObject anchorSet(String organization, Node node) {
    Fields fields = Fields.of(node, problems, "", "");
    AnchorSet.Builder set =
        AnchorSet.newBuilder()
            .setOrganization(organization)
            .setName(fields.required("name", "partners"))
            .setWithDefaults(fields.flag("withDefaults", false));
    fields.belongTo(DirectoryKeys.key(DirectoryObject.newBuilder().setAnchorSet(set).build()));
    if (fields.has("file")) {
      fields.text("file");
      fields.problem(
          "file",
          "a file name has no meaning here",
          "apply with the command, which inserts the content of the file, or write pem: |");
    } else if (!fields.has("pem") && !set.getWithDefaults()) {
      fields.block("pem");
      fields.problem(
          "pem",
          "pem is missing",
          "write pem: | and the certificates, or withDefaults: true for the installation's");
    }
    String pem = fields.block("pem");
    if (!pem.isEmpty()) {
      try {
        Pem.certificates(pem).forEach(der -> set.addCertificates(ByteString.copyFrom(der)));
      } catch (CertificateException e) {
        fields.problem(
            "pem", String.valueOf(e.getMessage()), "write -----BEGIN CERTIFICATE----- blocks");
      }
    }
    distrusted(fields, set);
    fields.done();
    return DirectoryObject.newBuilder().setAnchorSet(set).build();
  }

  private static void distrusted(Fields fields, AnchorSet.Builder set) {
    List<String> fingerprints = fields.texts("distrusted");
    for (int i = 0; i < fingerprints.size(); i++) {
      try {
        set.addDistrusted(ByteString.copyFrom(Fingerprints.parse(fingerprints.get(i))));
      } catch (IllegalArgumentException e) {
        fields.problem(
            "distrusted",
            i,
            "it is not the SHA-256 of a certificate",
            "write the 64 hexadecimal digits that openssl x509 -noout -fingerprint -sha256 prints");
      }
    }
  }

  private void addMade(DirectoryObject connector, Node hybrid) {
    String key = DirectoryKeys.key(connector);
    if (objects.putIfAbsent(key, connector) != null) {
      problems.add(
          Place.of(hybrid),
          key,
          "",
          "the organization has a connector with this name, which the hybrid entry creates",
          "remove the connector; or remove hybrid, and write both connectors");
    }
  }

  private void add(DirectoryObject object, Node node) {
    String key = DirectoryKeys.key(object);
    if (objects.putIfAbsent(key, object) != null) {
      problems.add(Place.of(node), key, "", key + " is a duplicate", "keep one of the two");
    }
  }
}
