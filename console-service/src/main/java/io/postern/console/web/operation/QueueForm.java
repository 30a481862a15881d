package io.postern.console.web.operation;

import io.postern.console.queue.QueueFilter;
import io.postern.console.web.frame.FieldFaults;
import io.postern.console.web.frame.FormField;
import io.postern.console.web.frame.Frame;
import io.postern.console.web.frame.PosternCommand;
import io.postern.console.web.frame.QueryPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A filter of the queue as fields of a form, as a query and as options of the command. Stateless.
 */
final class QueueForm {
  private static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("state", "--recipient-state"),
          Map.entry("reason", "--reason"),
          Map.entry("route", "--route"),
          Map.entry("connector", "--connector"),
          Map.entry("organization", "--organization"),
          Map.entry("from", "--from"),
          Map.entry("fromDomain", "--from-domain"),
          Map.entry("to", "--to"),
          Map.entry("toDomain", "--to-domain"),
          Map.entry("olderThan", "--older-than"),
          Map.entry("newerThan", "--newer-than"));

  private QueueForm() {}

  /** The conditions that are given, by the API's names. */
  static Map<String, String> given(QueueFilter filter) {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, "state", filter.state());
    put(given, "reason", filter.reason());
    put(given, "route", filter.route());
    put(given, "connector", filter.connector());
    put(given, "organization", filter.organization());
    put(given, "from", filter.from());
    put(given, "fromDomain", filter.fromDomain());
    put(given, "to", filter.to());
    put(given, "toDomain", filter.toDomain());
    put(given, "queueId", filter.queueId());
    put(given, "olderThan", filter.olderThan());
    put(given, "newerThan", filter.newerThan());
    return given;
  }

  private static void put(Map<String, String> given, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      given.put(name, value.strip());
    }
  }

  /** The same without what was left empty in a form. */
  static QueueFilter filter(Map<String, String> given) {
    return new QueueFilter(
        given.get("state"),
        given.get("reason"),
        given.get("route"),
        given.get("connector"),
        given.get("organization"),
        given.get("from"),
        given.get("fromDomain"),
        given.get("to"),
        given.get("toDomain"),
        given.get("queueId"),
        given.get("olderThan"),
        given.get("newerThan"));
  }

  static QueryPath link(String path, Map<String, String> given) {
    QueryPath link = QueryPath.to(path);
    given.forEach(link::with);
    return link;
  }

  static PosternCommand command(String words, Map<String, String> given) {
    PosternCommand command = PosternCommand.of(words);
    given.forEach(
        (name, value) -> {
          String option = OPTIONS.get(name);
          if (option != null) {
            command.with(option, value);
          }
        });
    return command;
  }

  static List<FormField> fields(Frame f, Map<String, String> given, FieldFaults faults) {
    String state = given.getOrDefault("state", "");
    FormField states =
        new FormField(
            "state",
            f.t("queue.field.state"),
            state,
            faults.of("state"),
            List.of(
                new FormField.Choice("", f.t("queue.both"), state.isEmpty()),
                new FormField.Choice("waiting", f.t("qstate.waiting"), state.equals("waiting")),
                new FormField.Choice("held", f.t("qstate.held"), state.equals("held"))));
    return List.of(
        states,
        field(f, "reason", given, faults),
        field(f, "toDomain", given, faults),
        field(f, "fromDomain", given, faults),
        field(f, "to", given, faults),
        field(f, "from", given, faults),
        field(f, "route", given, faults),
        field(f, "connector", given, faults),
        FormField.organization(
            f, f.t("queue.field.organization"), given.get("organization"), faults),
        field(f, "olderThan", given, faults),
        field(f, "newerThan", given, faults));
  }

  private static FormField field(
      Frame f, String name, Map<String, String> given, FieldFaults faults) {
    return FormField.text(name, f.t("queue.field." + name), given.get(name), faults);
  }
}
