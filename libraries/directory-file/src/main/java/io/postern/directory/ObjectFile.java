package io.postern.directory;

import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One directory object as it stands in a directory file, YAML or JSON, by itself. The object's name
 * may be left out, since the caller knows it. Reading never throws for a wrong text: {@link
 * #problems} has it with line, field and cure. Immutable.
 */
public final class ObjectFile {
  private final Problems problems;
  private final @Nullable DirectoryObject object;

  private ObjectFile(Problems problems, @Nullable DirectoryObject object) {
    this.problems = problems;
    this.object = object;
  }

  /**
   * @param organization that it belongs to; of an organization, its id
   * @param name of the object; of an organization, its id
   */
  public static ObjectFile parse(byte[] yaml, ObjectKind kind, String organization, String name) {
    Problems problems = new Problems();
    Node root = YamlText.compose(yaml, problems);
    if (root == null) {
      return new ObjectFile(problems, null);
    }
    Node named = named(root, kind.nameField(), name);
    DirectoryObject object =
        kind == ObjectKind.ORGANIZATION
            ? new OrganizationReader(problems).alone(named)
            : new ObjectReader(problems, organization).read(kind, named);
    if (problems.found().isEmpty() && !ObjectKind.nameOf(object).equals(name)) {
      problems.add(
          Place.of(root),
          kind.key(organization, name),
          kind.nameField(),
          "it is not the name in the address",
          "omit it, or write " + name);
    }
    return new ObjectFile(problems, object);
  }

  /** The mapping with the name, where it has none. */
  private static Node named(Node root, String field, String name) {
    if (!(root instanceof MappingNode mapping)) {
      return root;
    }
    boolean has =
        mapping.getValue().stream()
            .anyMatch(
                t -> t.getKeyNode() instanceof ScalarNode key && key.getValue().equals(field));
    if (has) {
      return root;
    }
    List<NodeTuple> tuples = new ArrayList<>(mapping.getValue());
    tuples.addFirst(new NodeTuple(scalar(field), scalar(name)));
    return new MappingNode(
        mapping.getTag(),
        true,
        tuples,
        FlowStyle.BLOCK,
        mapping.getStartMark(),
        mapping.getEndMark());
  }

  private static ScalarNode scalar(String text) {
    return new ScalarNode(Tag.STR, text, ScalarStyle.DOUBLE_QUOTED);
  }

  public List<FileProblem> problems() {
    return problems.found();
  }

  /** Empty: the text is no YAML; with problems it must not be used. */
  public Optional<DirectoryObject> object() {
    return Optional.ofNullable(object);
  }

  /** A problem that the rules found, with its line. */
  public FileProblem locate(DirectoryProblem problem) {
    return problems.locate(problem);
  }
}
