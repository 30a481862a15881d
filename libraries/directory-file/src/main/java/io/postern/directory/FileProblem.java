package io.postern.directory;

/**
 * A fault in a directory file, with its place and its cure.
 *
 * @param pointer JSON Pointer (RFC 6901) of the field in the document, whether it is there or not;
 *     empty: of the whole
 * @param object key of the object as in {@code DirectoryKeys}; empty where it is not in one
 * @param field as {@code smartHosts[0]}; empty where the whole object is meant
 */
public record FileProblem(
    int line,
    int column,
    String pointer,
    String object,
    String field,
    String problem,
    String cure) {

  /** JSON Pointer of a field below its object. */
  public static String pointer(String field) {
    return field.isEmpty()
        ? ""
        : "/" + escaped(field).replace("[", "/").replace("]", "").replace('.', '/');
  }

  /** At another place, of something that has no lines. */
  public FileProblem at(String pointer) {
    return new FileProblem(0, 0, pointer, object, field, problem, cure);
  }

  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
