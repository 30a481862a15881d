package io.postern.commandline;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The help of a program lists its commands in groups, each with a heading. */
public final class CommandGroups {
  private static final int INDENT = 2;

  private CommandGroups() {}

  /**
   * @param groups the names of the commands by heading, in their order; a command in none is not
   *     shown
   * @return the same command line
   */
  public static CommandLine in(CommandLine line, Map<String, List<String>> groups) {
    Map<String, CommandLine.IHelpSectionRenderer> sections = line.getHelpSectionMap();
    sections.remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> list(help, groups));
    line.setHelpSectionMap(new LinkedHashMap<>(sections));
    return line;
  }

  private static String list(Help help, Map<String, List<String>> groups) {
    int names =
        groups.values().stream().flatMap(List::stream).mapToInt(String::length).max().orElse(0)
            + 2 * INDENT;
    int width = help.commandSpec().usageMessage().width();
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (heading, commands) -> {
          TextTable table =
              TextTable.forColumns(
                  help.colorScheme(),
                  new Column(names, INDENT, Overflow.SPAN),
                  new Column(width - names, INDENT, Overflow.WRAP));
          for (String command : commands) {
            Help of = help.subcommands().get(command);
            if (of != null) {
              table.addRowValues(of.commandSpec().name(), summary(of));
            }
          }
          text.append(String.format("%n%s:%n%s", heading, table));
        });
    return text.toString();
  }

  /** The first line of its description. */
  private static String summary(Help command) {
    UsageMessageSpec usage = command.commandSpec().usageMessage();
    String[] lines = usage.header().length > 0 ? usage.header() : usage.description();
    return lines.length == 0 ? "" : String.format(lines[0]);
  }
}
