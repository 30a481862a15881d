package io.postern.directory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** JSON Pointers (RFC 6901) into one document, by the place where something begins. One parse. */
final class Pointers {
  private static final String WHOLE = "";

  private final @Nullable Node root;
  private @Nullable Map<Place, List<String>> known; // of each place the outermost first

  /**
   * @param root null: the document cannot be read, and each pointer is of the whole
   */
  Pointers(@Nullable Node root) {
    this.root = root;
  }

  /**
   * Of a field, which need not be there.
   *
   * @param object where the mapping begins that the field is in; null: not known
   * @param place of the fault
   * @param field as {@code smartHosts[0]}; empty: the mapping itself
   */
  String of(@Nullable Place object, Place place, String field) {
    List<String> here = at(place);
    String below = FileProblem.pointer(field);
    String written = (object == null ? outermost(here) : outermost(at(object))) + below;
    if (field.isEmpty() || here.contains(written)) {
      return written;
    }
    // Of two objects with one name the second; a name with a character of a path in it.
    return here.stream()
        .filter(pointer -> pointer.endsWith(below) || pointer.endsWith("/" + escaped(field)))
        .findFirst()
        .orElse(written);
  }

  /** The path of a field's name below its object. */
  static String path(String field) {
    return escaped(field).replace("[", "/").replace("]", "").replace('.', '/');
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private static String outermost(List<String> pointers) {
    return pointers.isEmpty() ? WHOLE : pointers.getFirst();
  }

  private List<String> at(Place place) {
    Map<Place, List<String>> places = known;
    if (places == null) {
      places = new HashMap<>();
      if (root != null) {
        walk(root, WHOLE, places, Collections.newSetFromMap(new IdentityHashMap<>()));
      }
      known = places;
    }
    return places.getOrDefault(place, List.of());
  }

  private static void walk(
      Node node, String pointer, Map<Place, List<String>> places, Set<Node> walked) {
    if (!walked.add(node)) {
      return; // an alias
    }
    add(node, pointer, places);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
        String below = pointer + "/" + escaped(name);
        add(tuple.getKeyNode(), below, places);
        walk(tuple.getValueNode(), below, places, walked);
      }
    } else if (node instanceof SequenceNode sequence) {
      int i = 0;
      for (Node item : sequence.getValue()) {
        walk(item, pointer + "/" + i++, places, walked);
      }
    }
  }

  private static void add(Node node, String pointer, Map<Place, List<String>> places) {
    places.computeIfAbsent(Place.of(node), at -> new ArrayList<>(2)).add(pointer);
  }
}
