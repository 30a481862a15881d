package io.postern.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The command line: an entry for each command, option and parameter, and for each field of the JSON
 * that a command prints, as the type of its {@link OutputOption} has it.
 */
final class CommandsContract {
  private static final String COMMAND = "command";
  private static final String FIELD = " -> ";
  private static final String TREE = "a JSON tree"; // of an API, which compares its own
  private static final String REQUIRED = "required ";
  private static final String OR_ABSENT = " or absent";

  private CommandsContract() {}

  static Map<String, String> entries(CommandLine line) {
    Map<String, String> entries = new TreeMap<>();
    command(line.getCommandSpec(), entries);
    return entries;
  }

  private static void command(CommandSpec command, Map<String, String> entries) {
    String name = command.qualifiedName();
    entries.put(name, COMMAND);
    for (OptionSpec option : command.options()) {
      if (option.usageHelp() || option.versionHelp()) {
        continue; // of each command
      }
      String others =
          Arrays.stream(option.names())
              .filter(other -> !other.equals(option.longestName()))
              .map(other -> " " + other)
              .collect(Collectors.joining());
      entries.put(
          name + " " + option.longestName(), required(option) + "option" + others + values(option));
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      entries.put(
          name + " " + parameter.paramLabel(),
          required(parameter)
              + "parameter "
              + parameter.index().originalValue()
              + values(parameter));
    }
    document(command.userObject() == null ? null : command.userObject().getClass())
        .ifPresent(type -> document(name + FIELD, type, entries));
    command.subcommands().values().stream()
        .distinct()
        .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
        .forEach(sub -> command(sub.getCommandSpec(), entries));
  }

  private static String required(ArgSpec argument) {
    return argument.required() ? REQUIRED : "";
  }

  private static String values(ArgSpec argument) {
    String number = argument.arity().toString();
    String values =
        switch (number) {
          case "0" -> ", no value";
          case "1" -> ", 1 value";
          default -> ", " + number + " values";
        };
    Class<?> type = argument.auxiliaryTypes()[0];
    return type.isEnum()
        ? values
            + " of "
            + Arrays.stream(type.getEnumConstants())
                .map(Object::toString)
                .collect(Collectors.joining(" "))
        : values;
  }

  /** The type parameter of a command's output option. */
  private static Optional<Type> document(@Nullable Class<?> command) {
    for (Class<?> type = command; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getType() == OutputOption.class
            && field.getGenericType() instanceof ParameterizedType output) {
          return Optional.of(output.getActualTypeArguments()[0]);
        }
      }
    }
    return Optional.empty();
  }

  private static void document(String path, Type type, Map<String, String> entries) {
    if (type instanceof Class<?> raw && raw.isSealed()) {
      for (Class<?> one : raw.getPermittedSubclasses()) {
        document(path, one, entries);
      }
    } else if (type instanceof Class<?> raw && raw.isRecord()) {
      components(path, raw, List.of(), entries);
    } else {
      entries.put(path.stripTrailing(), word(type));
    }
  }

  private static void components(
      String path, Class<?> type, List<Class<?>> around, Map<String, String> entries) {
    List<Class<?>> with = new ArrayList<>(around);
    with.add(type);
    for (RecordComponent component : type.getRecordComponents()) {
      boolean absent = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      field(
          path + component.getName(),
          component.getGenericType(),
          absent ? OR_ABSENT : "",
          with,
          entries);
    }
  }

  private static void field(
      String path, Type type, String absent, List<Class<?>> around, Map<String, String> entries) {
    if (type instanceof ParameterizedType generic) {
      Type[] parts = generic.getActualTypeArguments();
      boolean map = Map.class.isAssignableFrom((Class<?>) generic.getRawType());
      field(path + (map ? ".*" : "[]"), parts[parts.length - 1], absent, around, entries);
    } else if (type instanceof Class<?> raw && raw.isRecord()) {
      if (around.contains(raw)) {
        entries.put(path, "as " + raw.getSimpleName() + " around it" + absent);
      } else {
        entries.put(path, "object" + absent);
        components(path + ".", raw, around, entries);
      }
    } else {
      entries.put(path, word(type) + absent);
    }
  }

  private static String word(Type type) {
    if (type == boolean.class || type == Boolean.class) {
      return "boolean";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "integer";
    }
    if (type == double.class || type == Double.class) {
      return "number";
    }
    if (type instanceof Class<?> raw) {
      if (JsonNode.class.isAssignableFrom(raw)) {
        return TREE;
      }
      if (raw == String.class || raw == Instant.class || raw.isEnum()) {
        return "string";
      }
    }
    throw new IllegalArgumentException("no word for the JSON of " + type);
  }

  /**
   * @param names further names of an option, the index of a parameter
   * @param words that it takes; empty: any
   */
  private record Argument(
      boolean required, String kind, List<String> names, String values, List<String> words) {
    private static final Pattern FACTS =
        Pattern.compile(
            "(required )?(option|parameter)((?: [^ ,]+)*), ([^ ]+ values?)(?: of (.*))?");

    static Argument of(String facts) {
      Matcher parts = FACTS.matcher(facts);
      if (!parts.matches()) {
        throw new IllegalArgumentException("no argument: " + facts);
      }
      return new Argument(
          parts.group(1) != null,
          parts.group(2),
          words(parts.group(3)),
          parts.group(4),
          words(parts.group(5)));
    }

    private static List<String> words(@Nullable String text) {
      return text == null || text.isBlank() ? List.of() : List.of(text.strip().split(" ", -1));
    }

    boolean takesAllOf(Argument before) {
      return (before.required || !required)
          && names.containsAll(before.names)
          && values.equals(before.values)
          && (words.isEmpty() || !before.words.isEmpty() && words.containsAll(before.words));
    }
  }

  /** Commands, options, parameters and fields gone or changed, and for whom. */
  static List<String> breaks(Map<String, String> before, Map<String, String> now) {
    List<String> breaks = new ArrayList<>();
    List<String> gone =
        before.keySet().stream()
            .filter(entry -> COMMAND.equals(before.get(entry)) && !now.containsKey(entry))
            .toList();
    before.forEach(
        (entry, was) -> {
          String is = now.getOrDefault(entry, "");
          boolean ofGone = gone.stream().anyMatch(command -> entry.startsWith(command + " "));
          if (is.equals(was) || ofGone) {
            return;
          }
          if (was.equals(COMMAND)) {
            breaks.add("command `%s` is gone: scripts that call it fail".formatted(entry));
          } else if (entry.contains(FIELD)) {
            field(entry, was, is).ifPresent(breaks::add);
          } else if (is.isEmpty()) {
            breaks.add(what(entry, was) + " is gone: scripts that give it fail");
          } else if (!Argument.of(is).takesAllOf(Argument.of(was))) {
            breaks.add(
                "%s was: %s; is: %s: scripts that give it fail"
                    .formatted(what(entry, was), was, is));
          }
        });
    now.forEach(
        (entry, is) -> {
          String command = entry.replaceFirst(" [^ ]+$", "");
          if (is.startsWith(REQUIRED)
              && before.containsKey(command)
              && !before.containsKey(entry)) {
            breaks.add(what(entry, is) + " is required now: scripts that do not give it fail");
          }
        });
    return breaks;
  }

  private static Optional<String> field(String entry, String was, String is) {
    String what =
        "field %s in the JSON of `%s`"
            .formatted(
                entry.substring(entry.indexOf(FIELD) + FIELD.length()),
                entry.substring(0, entry.indexOf(FIELD)));
    if (is.isEmpty()) {
      return Optional.of(what + " is gone: scripts that read it fail");
    }
    return was.equals(is + OR_ABSENT)
        ? Optional.empty()
        : Optional.of("%s was %s and is %s: scripts that read it fail".formatted(what, was, is));
  }

  /** Such as "option --limit of `postern queue list`". */
  private static String what(String entry, String facts) {
    int end = entry.lastIndexOf(' ');
    return "%s %s of `%s`"
        .formatted(Argument.of(facts).kind(), entry.substring(end + 1), entry.substring(0, end));
  }
}
