package io.postern.directory;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Some objects of one organization as they stand in a directory file, YAML or JSON: its lists, such
 * as {@code inboundConnectors}, without the rest. Reading never throws for a wrong text: {@link
 * #problems} has it with line, field and cure. Immutable.
 */
public final class ObjectsFile {
  private final Problems problems;
  private final List<DirectoryObject> objects;

  private ObjectsFile(Problems problems, List<DirectoryObject> objects) {
    this.problems = problems;
    this.objects = objects;
  }

  /**
   * @param organization that they belong to
   */
  public static ObjectsFile parse(byte[] yaml, String organization) {
    Problems problems = new Problems();
    OrganizationReader reader = new OrganizationReader(problems);
    Node root = YamlText.compose(yaml, problems);
    if (root != null) {
      Fields fields = Fields.of(root, problems, "", "");
      reader.objects(fields, organization);
      fields.done();
      if (reader.objects().isEmpty() && problems.found().isEmpty()) {
        problems.add(
            Place.of(root), "", "", "no object in it", "write inboundConnectors: and a connector");
      }
    }
    return new ObjectsFile(problems, reader.objects());
  }

  public List<FileProblem> problems() {
    return problems.found();
  }

  /** The objects, in the file's order; with problems they must not be used. */
  public List<DirectoryObject> objects() {
    return objects;
  }

  /** A problem that the rules found, with its line. */
  public FileProblem locate(DirectoryProblem problem) {
    return problems.locate(problem);
  }
}
