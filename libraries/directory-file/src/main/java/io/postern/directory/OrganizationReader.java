package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
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
    ObjectReader reader = new ObjectReader(problems, id);
    for (ObjectKind kind : ObjectKind.values()) {
      if (kind != ObjectKind.ORGANIZATION) {
        for (Node node : fields.mappings(kind.list())) {
          add(reader.read(kind, node), node);
        }
      }
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

  private DirectoryObject organization(Fields fields, String id) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object.getOrganizationBuilder().setId(id);
    new ObjectReader(problems, id)
        .rest(
            ObjectKind.ORGANIZATION.fields(),
            fields,
            object.getOrganizationBuilder(),
            DirectoryKeys.key(object.build()));
    return object.build();
  }

  private List<String> acceptedDomains(String organization) {
    return objects.values().stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(DirectoryObject::getAcceptedDomain)
        .filter(domain -> domain.getOrganization().equals(organization))
        .map(AcceptedDomain::getDomain)
        .toList();
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
