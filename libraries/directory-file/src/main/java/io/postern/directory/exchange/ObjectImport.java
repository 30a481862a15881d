package io.postern.directory.exchange;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.postern.directory.exchange.Finding.Taken;
import io.postern.fields.Field;
import io.postern.fields.FieldTable;
import io.postern.fields.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The import of one object: its parameters are taken one by one, and those that nobody took are
 * reported as well. The fields are in the spelling of the directory file. One use, one thread.
 */
final class ObjectImport {
  private static final int MOST_VALUE = 500;

  /** Parameters that each of Exchange's objects has, and that say nothing of mail. */
  private static final Set<String> BOOKKEEPING =
      insensitive(
          "AdminDisplayName",
          "DistinguishedName",
          "ExchangeObjectId",
          "ExchangeVersion",
          "Guid",
          "Id",
          "Identity",
          "IsValid",
          "LastModifiedBy",
          "ObjectCategory",
          "ObjectClass",
          "ObjectState",
          "OrganizationId",
          "OrganizationalUnitRoot",
          "OriginatingServer",
          "PSComputerName",
          "PSShowComputerName",
          "RunspaceId",
          "WhenChanged",
          "WhenChangedUTC",
          "WhenCreated",
          "WhenCreatedUTC",
          "PSSourceJobInstanceId");

  private final ExchangeObject object;
  private final List<Finding> findings;
  private final String shown;
  private final Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
  final Map<String, Object> fields = new LinkedHashMap<>();

  ObjectImport(ExchangeObject object, List<Finding> findings) {
    this.object = object;
    this.findings = findings;
    this.shown = (object.kind().cmdlet + " " + object.name()).strip();
  }

  private static Set<String> insensitive(String... names) {
    Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    set.addAll(List.of(names));
    return set;
  }

  /** Empty: it is not set. */
  String text(String parameter) {
    seen.add(parameter);
    Object value = object.parameters().get(parameter);
    return switch (value) {
      case null -> "";
      case List<?> list -> list.size() == 1 ? String.valueOf(list.getFirst()).strip() : "";
      case Object other -> other.toString().strip();
    };
  }

  /** One text may be several, with commas between them, as a table shows them. */
  List<String> texts(String parameter) {
    seen.add(parameter);
    Object value = object.parameters().get(parameter);
    List<String> texts = new ArrayList<>();
    switch (value) {
      case null -> {}
      case List<?> list -> list.forEach(each -> texts.add(String.valueOf(each)));
      case Object other ->
          texts.addAll(List.of(other.toString().replaceAll("^\\{|}$", "").split("[,\\s]+")));
    }
    return texts.stream().map(String::strip).filter(text -> !text.isEmpty()).toList();
  }

  /** The same, of texts with white space in them: one text is one. */
  List<String> whole(String parameter) {
    return object.parameters().get(parameter) instanceof List<?>
        ? texts(parameter)
        : text(parameter).isEmpty() ? List.of() : List.of(text(parameter));
  }

  /** Null: it is not set. */
  @Nullable Boolean flag(String parameter) {
    String text = text(parameter).replaceFirst("^\\$", "").toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> null;
    };
  }

  boolean isSet(String parameter) {
    return Boolean.TRUE.equals(flag(parameter));
  }

  /** A field of the same name and meaning. */
  void take(String parameter, String field, Object value) {
    fields.put(field, value);
    report(parameter, Taken.TAKEN, "");
  }

  void different(String parameter, String remark) {
    report(parameter, Taken.DIFFERENT, remark);
  }

  void notTaken(String parameter, String remark) {
    report(parameter, Taken.NOT_TAKEN, remark);
  }

  /** The object itself. */
  void object(Taken taken, String remark) {
    findings.add(new Finding(shown, "", "", taken, remark));
  }

  private void report(String parameter, Taken taken, String remark) {
    seen.add(parameter);
    findings.add(new Finding(shown, parameter, value(parameter), taken, remark));
  }

  private String value(String parameter) {
    Object value = object.parameters().get(parameter);
    String text =
        switch (value) {
          case null -> "";
          case List<?> list -> String.join(", ", list.stream().map(String::valueOf).toList());
          case Object other -> other.toString();
        };
    return text.length() <= MOST_VALUE ? text : text.substring(0, MOST_VALUE) + "...";
  }

  void comment() {
    comment("Comment");
  }

  /** On one line. */
  void comment(String parameter) {
    String text = text(parameter);
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    if (!line.equals(text)) {
      fields.put("comment", line);
      different(parameter, "written on one line");
    } else if (!line.isEmpty()) {
      take(parameter, "comment", line);
    }
  }

  /** The parameter was looked at, or says nothing of mail. */
  boolean isSeen(String parameter) {
    return seen.contains(parameter) || BOOKKEEPING.contains(parameter);
  }

  /** A flag of the same name and meaning. */
  void takeFlag(String parameter, String field) {
    Boolean value = flag(parameter);
    if (value != null) {
      take(parameter, field, value);
    } else {
      number(parameter);
    }
  }

  /** A parameter that has no counterpart, reported where it is set. */
  void without(String parameter, String remark) {
    Object value = object.parameters().get(parameter);
    seen.add(parameter);
    boolean silent =
        value == null
            || value.equals(false)
            || value.toString().isBlank()
            || value.toString().equalsIgnoreCase("false")
            || value instanceof List<?> list && list.isEmpty();
    if (!silent) {
      notTaken(parameter, remark);
    }
  }

  /**
   * A flag or a choice of the same name and meaning.
   *
   * @return the word of a choice; null: none was taken
   */
  @Nullable String take(Field field) {
    String parameter = field.exchange().parameter();
    if (!(field.kind() instanceof Kind.Choice choice)) {
      takeFlag(parameter, field.name());
      return null;
    }
    String text = text(parameter);
    EnumValueDescriptor value = choice.words().read(text);
    String word = value == null ? null : choice.words().write(value);
    if (word != null) {
      take(parameter, field.name(), word);
    } else if (!text.isEmpty() && !number(parameter)) {
      notTaken(parameter, "it has a value that this version does not know");
    }
    return word;
  }

  /** ConvertTo-Json writes an enum of a local session as a number. */
  private boolean number(String parameter) {
    boolean number = text(parameter).matches("[0-9]+");
    if (number) {
      notTaken(
          parameter,
          "a number has no meaning: export again with ConvertTo-Json " + "-EnumsAsStrings");
    }
    return number;
  }

  /** Those that nobody took: bookkeeping, without a counterpart, or unknown. */
  void rest(FieldTable table) {
    table
        .absent()
        .forEach(
            (parameter, remark) -> {
              if (!BOOKKEEPING.contains(parameter)) {
                without(parameter, remark);
              }
            });
    for (String name : object.parameters().keySet()) {
      if (!seen.contains(name) && !BOOKKEEPING.contains(name)) {
        Object value = object.parameters().get(name);
        boolean silent = value == null || value instanceof List<?> list && list.isEmpty();
        if (!silent) {
          report(name, Taken.UNKNOWN, "this version does not know the parameter");
        }
      }
    }
  }
}
