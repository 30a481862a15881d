package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** The organization's id. */
  String read(Fields fields) {
    ObjectReader reader = new ObjectReader(problems, "");
    DirectoryObject organization = reader.read(ObjectKind.ORGANIZATION, fields);
    objects.putIfAbsent(DirectoryKeys.key(organization), organization);
    String id = organization.getOrganization().getId();
    objects(fields, id);
    Fields hybrid = fields.part(HybridReader.ENTRY);
    if (hybrid != null) {
      List<DirectoryObject> made = new HybridReader(problems, id).read(hybrid, acceptedDomains(id));
      made.forEach(connector -> addMade(connector, hybrid));
    }
    fields.done();
    return id;
  }

  /** The lists of an organization's objects. */
  void objects(Fields fields, String id) {
    for (ObjectKind kind : ObjectKind.values()) {
      if (kind != ObjectKind.ORGANIZATION) {
        for (Fields each : fields.objects(kind.list())) {
          object(kind, each, id);
          each.done();
        }
      }
    }
  }

  /** One of them; of an organization, itself without its objects. */
  DirectoryObject object(ObjectKind kind, Fields fields, String organization) {
    DirectoryObject object = new ObjectReader(problems, organization).read(kind, fields);
    String key = DirectoryKeys.key(object);
    if (objects.putIfAbsent(key, object) != null) {
      problems.add(fields.place(), key, "", key + " is a duplicate", "keep one of the two");
    }
    return object;
  }

  private List<String> acceptedDomains(String organization) {
    return objects.values().stream()
        .filter(DirectoryObject::hasAcceptedDomain)
        .map(DirectoryObject::getAcceptedDomain)
        .filter(domain -> domain.getOrganization().equals(organization))
        .map(AcceptedDomain::getDomain)
        .toList();
  }

  private void addMade(DirectoryObject connector, Fields hybrid) {
    String key = DirectoryKeys.key(connector);
    if (objects.putIfAbsent(key, connector) != null) {
      problems.add(
          hybrid.place(),
          key,
          "",
          "the organization has a connector with this name, which the hybrid entry creates",
          "remove the connector; or remove hybrid, and write both connectors");
    }
  }
}
