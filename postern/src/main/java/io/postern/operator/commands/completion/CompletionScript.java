package io.postern.operator.commands.completion;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A script for bash and zsh: picocli's completion of the program's commands, options and fixed
 * values, and {@code completion.bash}, which asks {@link Names} for the values of options and
 * parameters whose label is a {@link NameKind}. A new command with such a label needs nothing else.
 * Pure.
 */
final class CompletionScript {
  private static final int MOST_PARAMETERS = 9;

  private CompletionScript() {}

  static String of(CommandSpec program) throws IOException {
    try (InputStream names =
        Objects.requireNonNull(
            CompletionScript.class.getResourceAsStream("completion.bash"), "completion.bash")) {
      // picocli cannot write for a program with a path, as ./run has.
      return AutoComplete.bash(program.name(), new CommandLine(program.userObject()))
          + new String(names.readAllBytes(), StandardCharsets.UTF_8)
              .replace("@PROGRAM@", program.name())
              .replace("@COMMANDS@", commands(program));
    }
  }

  /** A branch of a case for each command: its options with a value, and its labels of names. */
  private static String commands(CommandSpec program) {
    TreeMap<String, CommandSpec> all = new TreeMap<>();
    collect("", program, all);
    StringBuilder branches = new StringBuilder();
    all.forEach(
        (path, command) ->
            branches
                .append("    '")
                .append(path)
                .append("') valued='")
                .append(words(valued(command)))
                .append("'; kinds='")
                .append(words(kinds(command)))
                .append("' ;;\n"));
    return branches.toString();
  }

  private static void collect(String path, CommandSpec command, TreeMap<String, CommandSpec> all) {
    all.put(path, command);
    command
        .subcommands()
        .forEach((name, sub) -> collect((path + " " + name).strip(), sub.getCommandSpec(), all));
  }

  private static String words(List<String> words) {
    return " " + String.join(" ", words) + " ";
  }

  private static List<String> valued(CommandSpec command) {
    return command.options().stream()
        .filter(option -> option.arity().max() > 0)
        .flatMap(option -> List.of(option.names()).stream())
        .toList();
  }

  /** {@code --connector=CONNECTOR}, {@code 0=ORGANIZATION} for the first parameter. */
  private static List<String> kinds(CommandSpec command) {
    List<String> kinds = new ArrayList<>();
    for (OptionSpec option : command.options()) {
      NameKind.of(option.paramLabel())
          .ifPresent(kind -> List.of(option.names()).forEach(name -> kinds.add(name + "=" + kind)));
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      NameKind.of(parameter.paramLabel())
          .ifPresent(
              kind -> {
                int last = Math.min(parameter.index().max(), MOST_PARAMETERS);
                for (int i = parameter.index().min(); i <= last; i++) {
                  kinds.add(i + "=" + kind);
                }
              });
    }
    return kinds;
  }
}
