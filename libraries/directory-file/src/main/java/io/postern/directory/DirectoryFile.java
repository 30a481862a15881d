package io.postern.directory;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A directory file (docs/design/architecture.md, "Directory and administration") or a part of one,
 * YAML or JSON. Reading never throws for a wrong text: {@link #problems} has it with line, field
 * and cure, and what has a problem must not be applied. Immutable.
 */
public final class DirectoryFile {
  private final Problems problems = new Problems();
  private final OrganizationReader reader = new OrganizationReader(problems);
  private final Set<String> organizations = new LinkedHashSet<>();

  private DirectoryFile() {}

  /** One or more organizations, each with all of its objects. */
  public static DirectoryFile parse(byte[] yaml) {
    DirectoryFile file = new DirectoryFile();
    Node root = YamlText.compose(yaml, file.problems);
    if (root != null) {
      file.read(new Fields(root, file.problems));
    }
    return file;
  }

  private void read(Fields fields) {
    String list = "organizations";
    fields.objects(list).forEach(each -> organizations.add(reader.read(each)));
    if (organizations.isEmpty() && problems.found().isEmpty() && fields.has(list)) {
      fields.problem(list, "the file has no organization", "write \"- id: contoso\" below");
    } else if (!fields.has(list)) {
      fields.problem(list, "organizations is missing", "begin with organizations:");
    }
    fields.done();
  }

  /**
   * Some objects of one organization: its lists, such as {@code inboundConnectors}, without the
   * rest.
   */
  public static DirectoryFile lists(byte[] yaml, String organization) {
    DirectoryFile file = new DirectoryFile();
    file.readLists(YamlText.compose(yaml, file.problems), organization);
    return file;
  }

  /** The same, of lists in the file's spelling; their places are not known. */
  public static DirectoryFile lists(Map<String, ?> lists, String organization) {
    DirectoryFile file = new DirectoryFile();
    file.readLists(YamlText.node(lists), organization);
    return file;
  }

  private void readLists(@Nullable Node root, String organization) {
    if (root == null) {
      return;
    }
    Fields fields = new Fields(root, problems);
    reader.objects(fields, organization);
    fields.done();
    if (objects().isEmpty() && problems.found().isEmpty()) {
      problems.add(
          Place.of(root), "", "", "no object in it", "write inboundConnectors: and a connector");
    }
  }

  /**
   * One object by itself. Its name may be left out, since the caller knows it.
   *
   * @param organization that it belongs to; of an organization, its id
   * @param name of the object; of an organization, its id
   */
  public static DirectoryFile object(
      byte[] yaml, ObjectKind kind, String organization, String name) {
    DirectoryFile file = new DirectoryFile();
    Node root = YamlText.compose(yaml, file.problems);
    if (root != null) {
      Fields fields = new Fields(root, file.problems);
      fields.otherwise(kind.nameField(), name);
      DirectoryObject object = file.reader.object(kind, fields, organization);
      fields.done();
      if (file.problems().isEmpty() && !ObjectKind.nameOf(object).equals(name)) {
        file.problems.add(
            Place.of(root),
            kind.key(organization, name),
            kind.nameField(),
            "it is not the name in the address",
            "omit it, or write " + name);
      }
    }
    return file;
  }

  public List<FileProblem> problems() {
    return problems.found();
  }

  /** The objects, in the file's order. */
  public List<DirectoryObject> objects() {
    return reader.objects();
  }

  /** Ids of the organizations that the file speaks for; it says nothing about others. */
  public Set<String> organizations() {
    return Set.copyOf(organizations);
  }

  /** A problem that the rules found, with its line where the file has one. */
  public FileProblem locate(DirectoryProblem problem) {
    return problems.locate(problem);
  }
}
