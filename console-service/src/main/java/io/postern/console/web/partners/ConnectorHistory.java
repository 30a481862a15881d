package io.postern.console.web.partners;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.console.changes.Changes;
import io.postern.console.changes.ChangesResource;
import io.postern.console.web.frame.Values;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of one connector or routing rule, and its older states. Any thread that may block.
 */
@Singleton
class ConnectorHistory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST = 50;

  private final ChangesResource changes;

  ConnectorHistory(ChangesResource changes) {
    this.changes = changes;
  }

  /** One field before and after, as people read it; empty: not set. */
  public record FieldChange(String field, String before, String after) {}

  /**
   * @param change added, changed, removed
   * @param mayReturn its state can be made again, and is not the one in force
   */
  public record Change(
      String at,
      String by,
      long version,
      String change,
      List<FieldChange> fields,
      boolean mayReturn,
      ObjectNode state) {
    public long size() {
      return fields.size();
    }
  }

  /**
   * The newest first.
   *
   * @param now the connector's fields in force; none: it is removed
   */
  List<Change> of(String organization, String direction, String name, ObjectNode now, UriInfo uri) {
    String key = Connectors.kind(direction).key(organization, name);
    List<Change> found = new ArrayList<>();
    ObjectNode state = now.deepCopy();
    boolean whole = true;
    for (Changes.Change change :
        changes.list(organization, key, "", "90d", "", MOST, 0, uri).changes()) {
      for (DirectoryChange object : change.objects()) {
        if (!object.object().equals(key)) {
          continue;
        }
        boolean removed = object.change().equals(DirectoryChange.REMOVED);
        found.add(
            new Change(
                change.at(),
                change.by(),
                change.version(),
                object.change(),
                fields(object),
                whole && !found.isEmpty() && !removed && !state.isEmpty() && !state.equals(now),
                state.deepCopy()));
        // Nobody keeps what a removed connector was: older states end here.
        whole &= !removed && undo(state, object);
      }
    }
    return found;
  }

  private static List<FieldChange> fields(DirectoryChange object) {
    return object.fields().stream()
        .map(
            field ->
                new FieldChange(
                    field.field(), Values.text(field.before()), Values.text(field.after())))
        .toList();
  }

  /** Whether it was the change that led to this state. */
  static boolean undo(ObjectNode state, DirectoryChange object) {
    for (DirectoryChange.Field field : object.fields()) {
      if (DirectoryDiff.APPROVALS.contains(field.field())) {
        continue; // an operator's, and no part of what is written
      }
      JsonNode after = JSON.valueToTree(field.after());
      if (!Values.text(state.get(field.field())).equals(Values.text(after))) {
        return false; // the read model is behind
      }
      if (field.before() == null) {
        state.remove(field.field());
      } else {
        state.set(field.field(), JSON.valueToTree(field.before()));
      }
    }
    return true;
  }

  static List<FieldChange> fields(JsonNode change) {
    List<FieldChange> fields = new ArrayList<>();
    for (JsonNode field : change.path("fields")) {
      fields.add(
          new FieldChange(
              field.path("field").asText(),
              Values.text(field.path("before")),
              Values.text(field.path("after"))));
    }
    return fields;
  }

  /** The fields in which two states differ. */
  static List<FieldChange> between(ObjectNode before, ObjectNode after) {
    List<FieldChange> fields = new ArrayList<>();
    List<String> names = new ArrayList<>();
    before.fieldNames().forEachRemaining(names::add);
    after
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!names.contains(name)) {
                names.add(name);
              }
            });
    for (String name : names) {
      String was = Values.text(before.get(name));
      String is = Values.text(after.get(name));
      if (!was.equals(is)) {
        fields.add(new FieldChange(name, was, is));
      }
    }
    return fields;
  }
}
