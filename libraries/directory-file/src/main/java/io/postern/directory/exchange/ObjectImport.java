package io.postern.directory.exchange;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.postern.directory.exchange.Finding.Taken;
import io.postern.fields.Field;
import io.postern.fields.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  /** A field of the same meaning. */
  void take(String field, Object value) {
    take(field(field).exchange().parameter(), field, value);
  }

  void take(String parameter, String field, Object value) {
    fields.put(field, value);
    report(parameter, Taken.TAKEN, "");
  }

  private Field field(String name) {
    return object.kind().here().fields().get(name);
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

  /** On one line. */
  void comment() {
    String parameter = field("comment").exchange().parameter();
    String text = text(parameter);
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    if (!line.equals(text)) {
      fields.put("comment", line);
      different(parameter, "written on one line");
    } else if (!line.isEmpty()) {
      take(parameter, "comment", line);
    }
  }

  /** Parameters that choose no mail and change none here. */
  void saysNothing(String... parameters) {
    seen.addAll(List.of(parameters));
  }

  /** Parameters that are set, that nobody looked at, and that may say something of mail. */
  List<String> unseen() {
    return object.parameters().keySet().stream()
        .filter(name -> !isSeen(name) && !isSilent(name))
        .toList();
  }

  private boolean isSeen(String parameter) {
    return seen.contains(parameter) || BOOKKEEPING.contains(parameter);
  }

  private boolean isSilent(String parameter) {
    String value = String.valueOf(object.parameters().get(parameter));
    return isAbsent(parameter) || value.isBlank() || value.equalsIgnoreCase("false");
  }

  private boolean isAbsent(String parameter) {
    Object value = object.parameters().get(parameter);
    return value == null || value instanceof List<?> list && list.isEmpty();
  }

  /** A parameter that has no counterpart, reported where it is set. */
  void without(String parameter, String remark) {
    seen.add(parameter);
    if (!isSilent(parameter)) {
      notTaken(parameter, remark);
    }
  }

  /**
   * A flag or a choice of the same meaning.
   *
   * @return the word of a choice; null: none was taken
   */
  @Nullable String take(String field) {
    String parameter = field(field).exchange().parameter();
    String text = text(parameter);
    if (!(field(field).kind() instanceof Kind.Choice choice)) {
      Boolean value = flag(parameter);
      if (value != null) {
        take(parameter, field, value);
      } else {
        number(parameter);
      }
      return null;
    }
    EnumValueDescriptor value = choice.words().read(text);
    String word = value == null ? null : choice.words().write(value);
    if (word != null) {
      take(parameter, field, word);
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
  void rest() {
    Map<String, String> absent = new TreeMap<>(object.kind().here().fields().absent());
    absent.keySet().removeAll(BOOKKEEPING);
    absent.forEach(this::without);
    for (String name : object.parameters().keySet()) {
      if (!isSeen(name) && !isAbsent(name)) {
        report(name, Taken.UNKNOWN, "this version does not know the parameter");
      }
    }
  }
}
