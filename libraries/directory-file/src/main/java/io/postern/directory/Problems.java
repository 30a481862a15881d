package io.postern.directory;

import io.postern.contracts.v1.DirectoryProblem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The faults found while one file was read, and the place of each field of each object, so that a
 * problem that the rules find by name gets its line. At most 100 are kept; an administrator repairs
 * those first. Not thread-safe: one parse.
 */
final class Problems {
  static final int MOST = 100;

  private final List<FileProblem> found = new ArrayList<>();
  private final Map<String, Map<String, Place>> places = new HashMap<>();
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, String> pointers = new HashMap<>();

  /**
   * An entry of the file that makes objects.
   *
   * @param object that the entry stands in
   * @param field of that object
   * @param names the entry's names for fields of the made object, where they differ
   */
  private record Entry(String object, String field, Map<String, String> names) {}

  /** At the field's pointer in its object. */
  void add(Place place, String object, String field, String problem, String cure) {
    String pointer = pointers.getOrDefault(object, "") + FileProblem.pointer(field);
    add(place, pointer, object, field, problem, cure);
  }

  void add(Place place, String pointer, String object, String field, String problem, String cure) {
    if (found.size() < MOST) {
      found.add(
          new FileProblem(place.line(), place.column(), pointer, object, field, problem, cure));
    }
  }

  List<FileProblem> found() {
    return List.copyOf(found);
  }

  void place(String object, String field, Place place) {
    places.computeIfAbsent(object, key -> new HashMap<>()).putIfAbsent(field, place);
  }

  boolean knows(String object) {
    return places.containsKey(object);
  }

  /** The object does not stand in the file: an entry makes it, and its problems are the entry's. */
  void made(String object, String in, String field, Map<String, String> names) {
    entries.put(object, new Entry(in, field, names));
  }

  /** Where the object's mapping is in the document. */
  void object(String key, String pointer) {
    pointers.putIfAbsent(key, pointer);
  }

  /** With the line of the field, else of the nearest thing around it. */
  FileProblem locate(DirectoryProblem problem) {
    String object = problem.getObject();
    String field = problem.getField();
    Entry entry = entries.get(object);
    if (entry == null) {
      return at(object, field, problem.getProblem(), problem.getCure());
    }
    String name = field.replaceFirst("[.\\[].*", "");
    String written =
        entry.field()
            + "."
            + entry.names().getOrDefault(name, name)
            + field.substring(name.length());
    Map<String, Place> fields = places.getOrDefault(entry.object(), Map.of());
    if (fields.containsKey(written.replaceFirst("\\[.*", ""))) {
      return at(entry.object(), written, problem.getProblem(), problem.getCure());
    }
    String of = object + (field.isEmpty() ? "" : " " + field) + ": ";
    return at(entry.object(), entry.field(), of + problem.getProblem(), problem.getCure());
  }

  private FileProblem at(String object, String field, String problem, String cure) {
    Place place = placeOf(object, field);
    String of = pointers.get(object);
    String pointer = of == null ? "" : of + FileProblem.pointer(field);
    return new FileProblem(place.line(), place.column(), pointer, object, field, problem, cure);
  }

  private Place placeOf(String object, String field) {
    Map<String, Place> fields = places.getOrDefault(object, Map.of());
    String name = field;
    while (true) {
      Place place = fields.get(name);
      if (place != null) {
        return place;
      }
      if (name.isEmpty()) {
        return Place.UNKNOWN;
      }
      // smartHosts[0] is in smartHosts, mailboxRoute.port in mailboxRoute, all in the object
      name = name.substring(0, Math.max(0, Math.max(name.lastIndexOf('['), name.lastIndexOf('.'))));
    }
  }
}
