package io.postern.directory;

/**
 * A fault in a directory file, with its place and its cure.
 *
 * @param object key of the object as in {@code DirectoryKeys}; empty where it is not in one
 * @param field as {@code smartHosts[0]}; empty where the whole object is meant
 */
public record FileProblem(
    int line, int column, String object, String field, String problem, String cure) {

  static FileProblem at(Place place, String object, String field, String problem, String cure) {
    return new FileProblem(place.line(), place.column(), object, field, problem, cure);
  }
}
