package io.postern.directory;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A directory file (docs/design/architecture.md, "Directory and administration"): one or more
 * organizations, each with all of its objects. Reading never throws for a wrong text: {@link
 * #problems} has it with line, field and cure, and a file with a problem must not be applied.
 * Immutable.
 */
public final class DirectoryFile {
  private final Problems problems;
  private final List<DirectoryObject> objects;
  private final Set<String> organizations;

  private DirectoryFile(
      Problems problems, List<DirectoryObject> objects, Set<String> organizations) {
    this.problems = problems;
    this.objects = List.copyOf(objects);
    this.organizations = Set.copyOf(organizations);
  }

  public static DirectoryFile parse(byte[] yaml) {
    Problems problems = new Problems();
    OrganizationReader reader = new OrganizationReader(problems);
    Set<String> organizations = new LinkedHashSet<>();
    @Nullable Node root = YamlText.compose(yaml, problems);
    if (root != null) {
      Fields fields = Fields.of(root, problems, "", "");
      for (Node organization : fields.mappings("organizations")) {
        organizations.add(reader.read(organization));
      }
      if (organizations.isEmpty() && problems.found().isEmpty() && fields.has("organizations")) {
        fields.problem(
            "organizations", "the file has no organization", "write \"- id: contoso\" below");
      } else if (!fields.has("organizations")) {
        fields.problem("organizations", "organizations is missing", "begin with organizations:");
      }
      fields.done();
    }
    return new DirectoryFile(problems, reader.objects(), organizations);
  }

  public List<FileProblem> problems() {
    return problems.found();
  }

  /** The objects, in the file's order. */
  public List<DirectoryObject> objects() {
    return objects;
  }

  /** Ids of the organizations that the file speaks for; it says nothing about others. */
  public Set<String> organizations() {
    return organizations;
  }

  /** A problem that the rules found, with its line in this file where it has one. */
  public FileProblem locate(DirectoryProblem problem) {
    return problems.locate(problem);
  }
}
