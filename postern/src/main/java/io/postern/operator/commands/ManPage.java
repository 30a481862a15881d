package io.postern.operator.commands;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A program's manual page in the macros of man(7), written from the model of its commands. Pure.
 */
final class ManPage {
  /** An option of so many commands stands once. */
  private static final int COMMON = 4;

  private final Map<String, OptionSpec> common = new LinkedHashMap<>();
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  static String of(CommandSpec program) {
    ManPage page = new ManPage();
    page.program(program);
    return page.page.toString();
  }

  private void program(CommandSpec program) {
    macro("TH", program.name().toUpperCase(Locale.ROOT), "1", "", version(program), "Postern");
    macro("SH", "NAME");
    List<String> description = List.of(program.usageMessage().description());
    text(program.name() + " - " + description.getFirst());
    macro("SH", "SYNOPSIS");
    text(synopsis(program));
    macro("SH", "DESCRIPTION");
    description.forEach(this::paragraph);
    macro("SH", "OPTIONS");
    text("Of most commands, where their synopsis has them:");
    Map<String, Integer> commandsWithIt = new HashMap<>();
    for (OptionSpec option : options(program)) {
      if (commandsWithIt.merge(key(option), 1, Integer::sum) == COMMON) {
        common.put(key(option), option);
      }
    }
    common.values().forEach(this::option);
    macro("SH", "COMMANDS");
    commands(program);
    macro("SH", "EXIT STATUS");
    item("0", "all is well");
    item("1", "a finding: an alarm, a problem in the file, nothing found");
    item("2", "the command line is wrong");
    item("3", "it could not ask, or its answer could not be written");
    macro("SH", "ENVIRONMENT");
    item("POSTERN_CONTEXT", "names the context, or its file, where --context does not");
    item("COLUMNS", "the width of text; without it the terminal's");
    item("NO_COLOR", "findings are not red");
    macro("SH", "FILES");
    item("~/.config/postern/NAME.properties", "the context NAME; context where nothing names one");
    item("~/.config/postern/in-use", "the name that `contexts use` chose");
    item("~/.config/postern/tokens", "tokens of sign-in, each for its context");
  }

  private static List<OptionSpec> options(CommandSpec command) {
    List<OptionSpec> all = new ArrayList<>(command.options());
    command.subcommands().values().forEach(line -> all.addAll(options(line.getCommandSpec())));
    return all;
  }

  private static String key(OptionSpec option) {
    return String.join(",", option.names()) + ": " + description(option);
  }

  private static String version(CommandSpec program) {
    String[] version = program.version();
    return version.length == 0 ? "" : version[0];
  }

  private void commands(CommandSpec parent) {
    parent.subcommands().values().stream()
        .map(line -> line.getCommandSpec())
        .filter(command -> !command.usageMessage().hidden())
        .forEach(
            command -> {
              macro("SS", command.qualifiedName(" "));
              text(synopsis(command));
              for (String header : command.usageMessage().header()) {
                paragraph(header);
              }
              for (String sentence : command.usageMessage().description()) {
                paragraph(sentence);
              }
              command.positionalParameters().forEach(this::parameter);
              command.options().stream()
                  .filter(option -> !common.containsKey(key(option)))
                  .forEach(this::option);
              commands(command);
            });
  }

  private static String synopsis(CommandSpec command) {
    return new Help(command, Help.Ansi.OFF)
        .synopsis(0)
        .lines()
        .map(String::strip)
        .reduce("", (all, line) -> all.isEmpty() ? line : all + " " + line);
  }

  private void parameter(PositionalParamSpec parameter) {
    item(parameter.paramLabel(), description(parameter));
  }

  private void option(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    item(String.join(", ", option.names()) + value, description(option));
  }

  private static String description(ArgSpec argument) {
    return String.join(" ", argument.description());
  }

  private void item(String tag, String text) {
    page.append(".TP\n.B ").append(escaped(tag)).append('\n');
    text(text);
  }

  private void paragraph(String text) {
    page.append(".PP\n");
    text(text);
  }

  /** A line of text: at its start a full stop or an apostrophe would be a macro's. */
  private void text(String text) {
    String line = escaped(text.replace("%n", " ").strip());
    page.append(line.startsWith(".") || line.startsWith("'") ? "\\&" : "")
        .append(line)
        .append('\n');
  }

  private void macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  /** In ASCII, which each version of roff reads. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\n' -> escaped.append(' ');
                default ->
                    escaped.append(
                        c < 0x7f
                            ? Character.toString(c)
                            : String.format(Locale.ROOT, "\\[u%04X]", c));
              }
            });
    return escaped.toString();
  }
}
