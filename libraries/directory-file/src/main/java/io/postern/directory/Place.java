package io.postern.directory;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** A place in a file; lines and columns count from 1, 0 where it is not known. */
public record Place(int line, int column) {
  public static final Place UNKNOWN = new Place(0, 0);

  static Place of(Node node) {
    return node.getStartMark().map(Place::of).orElse(UNKNOWN);
  }

  static Place of(Mark mark) {
    return new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
