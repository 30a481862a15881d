package io.postern.e2e.pages;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands of a program as tables, one for each group of its help. */
final class CommandTables {
  /** Of every command, or of every command that asks an installation. */
  private static final Set<String> COMMON =
      Set.of("--help", "--version", "--output", "--context", "--state", "--set");

  private CommandTables() {}

  /**
   * @param page where the text will be, for its links
   */
  static String of(CommandLine program, Map<String, List<String>> groups, Path page) {
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (heading, commands) -> {
          text.append("\n## ")
              .append(heading)
              .append("\n\n| command | what it does | parameters and options |\n|---|---|---|\n");
          for (String command : commands) {
            CommandLine line = program.getSubcommands().get(command);
            if (line != null) {
              rows(line, text);
            }
          }
        });
    return Markdown.linked(text.toString(), page);
  }

  private static void rows(CommandLine line, StringBuilder text) {
    CommandSpec spec = line.getCommandSpec();
    text.append("| `")
        .append(spec.qualifiedName())
        .append(parameters(spec))
        .append("` | ")
        .append(cell(spec.usageMessage().description()))
        .append(" | ")
        .append(options(spec))
        .append(" |\n");
    line.getSubcommands().values().forEach(each -> rows(each, text));
  }

  private static String parameters(CommandSpec spec) {
    StringBuilder text = new StringBuilder();
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden()) {
        String label = parameter.paramLabel();
        text.append(parameter.required() ? " " + label : " [" + label + "]")
            .append(parameter.arity().max() > 1 ? "..." : "");
      }
    }
    return text.toString().replace("|", "\\|");
  }

  private static String options(CommandSpec spec) {
    List<String> parts = new ArrayList<>();
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      add(parameter, "`" + parameter.paramLabel() + "`", parts);
    }
    for (OptionSpec option : spec.options()) {
      if (!COMMON.contains(option.longestName())) {
        String label = option.arity().max() > 0 ? " " + option.paramLabel() : "";
        add(option, "`" + String.join(", ", option.names()) + label + "`", parts);
      }
    }
    return String.join("<br>", parts);
  }

  private static void add(ArgSpec argument, String name, List<String> parts) {
    if (!argument.hidden()) {
      String text = cell(argument.description());
      parts.add(name.replace("|", "\\|") + (text.isEmpty() ? "" : ": " + text));
    }
  }

  /** Its lines as one; picocli's names of defaults and its percent signs as it prints them. */
  private static String cell(String[] lines) {
    return String.join(" ", lines)
        .replace("%%", "%")
        .replace("%n", " ")
        .replace("${COMPLETION-CANDIDATES}", "one of its values")
        .replaceAll("\\s+", " ")
        .replace("|", "\\|")
        .strip();
  }
}
