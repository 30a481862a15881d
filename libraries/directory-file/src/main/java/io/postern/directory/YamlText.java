package io.postern.directory;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The step from bytes to YAML nodes with their places: no tag is resolved to a type, no class is
 * loaded, no alias is expanded. Bounded in bytes, depth and number of nodes, so that no file costs
 * more than its size. A text that is no YAML is one problem with its line.
 */
final class YamlText {
  static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final int MAX_DEPTH = 20;
  private static final int MAX_NODES = 200_000;

  private YamlText() {}

  /** The document's root; null with a problem noted. */
  static @Nullable Node compose(byte[] bytes, Problems problems) {
    if (bytes.length > MAX_BYTES) {
      problems.add(
          Place.UNKNOWN,
          "",
          "",
          "the file has " + bytes.length + " bytes",
          "keep it within 4 MB: one file may hold some of the organizations");
      return null;
    }
    String text = decode(bytes, problems);
    if (text == null) {
      return null;
    }
    LoadSettings settings =
        LoadSettings.builder().setUseMarks(true).setCodePointLimit(MAX_BYTES).build();
    try {
      Parser parser = new BoundedParser(settings, new StreamReader(settings, text));
      Optional<Node> root = new Composer(settings, parser).getSingleNode();
      if (root.isEmpty()) {
        problems.add(
            new Place(1, 1), "", "organizations", "the file is empty", "begin with organizations:");
      }
      return root.orElse(null);
    } catch (MarkedYamlEngineException e) {
      problems.add(
          e.getProblemMark().or(e::getContextMark).map(Place::of).orElse(Place.UNKNOWN),
          "",
          "",
          "this is not YAML: " + e.getProblem(),
          cure(e.getContext() + " " + e.getProblem()));
      return null;
    } catch (YamlEngineException e) {
      problems.add(Place.UNKNOWN, "", "", "this is not YAML: " + e.getMessage(), cure(""));
      return null;
    }
  }

  /** A value in the file's spelling, without a place. */
  static Node node(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        List<NodeTuple> tuples = new ArrayList<>();
        map.forEach((name, each) -> tuples.add(new NodeTuple(node(name), node(each))));
        yield new MappingNode(Tag.MAP, tuples, FlowStyle.BLOCK);
      }
      case List<?> list ->
          new SequenceNode(Tag.SEQ, list.stream().map(YamlText::node).toList(), FlowStyle.BLOCK);
      case null, default ->
          new ScalarNode(Tag.STR, String.valueOf(value), ScalarStyle.DOUBLE_QUOTED);
    };
  }

  private static String cure(String problem) {
    if (problem.contains("alias")) {
      return "write a value that begins with * in quotes: \"*.example.com\"";
    }
    return "check the indentation, colons and quotes of this line and the line before";
  }

  private static @Nullable String decode(byte[] bytes, Problems problems) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      problems.add(Place.UNKNOWN, "", "", "the file is not UTF-8", "save it as UTF-8");
      return null;
    }
  }

  /** A parser that refuses a document nested deeper or longer than any directory. */
  private static final class BoundedParser extends ParserImpl {
    private int depth;
    private int nodes;

    BoundedParser(LoadSettings settings, StreamReader reader) {
      super(settings, reader);
    }

    @Override
    public Event next() {
      Event event = super.next();
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> {
          depth++;
          nodes++;
        }
        case MappingEnd, SequenceEnd -> depth--;
        case Scalar, Alias -> nodes++;
        default -> {}
      }
      if (depth > MAX_DEPTH || nodes > MAX_NODES) {
        throw new BoundExceededException(
            depth > MAX_DEPTH
                ? "nested more than " + MAX_DEPTH + " deep"
                : "more than " + MAX_NODES + " values",
            event);
      }
      return event;
    }
  }

  private static final class BoundExceededException extends MarkedYamlEngineException {
    private static final long serialVersionUID = 1L;

    BoundExceededException(String problem, Event at) {
      super(null, Optional.empty(), problem, at.getStartMark());
    }
  }

  /** A scalar without quotes and without text: a field that was left empty. */
  static boolean isEmpty(ScalarNode node) {
    return node.getScalarStyle() == ScalarStyle.PLAIN && node.getValue().isEmpty();
  }
}
