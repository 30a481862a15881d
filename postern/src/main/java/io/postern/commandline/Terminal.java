package io.postern.commandline;

import java.io.Console;
import java.util.Map;
import java.util.OptionalInt;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The terminal, or file, for which text is written.
 *
 * @param width in characters; empty: it is no terminal, and COLUMNS says nothing
 * @param colour only on a terminal, and not where NO_COLOR is set
 */
record Terminal(OptionalInt width, boolean colour) {
  private static final int NARROWEST = 20;
  private static final int WIDEST = 1000;

  /** This process's. On a terminal it asks {@code stty}. */
  static Terminal here() {
    OptionalInt width = columns(System.getenv());
    if (width.isEmpty() && isTerminal()) {
      width = OptionalInt.of(new UsageMessageSpec().autoWidth(true).width());
    }
    return new Terminal(width, Ansi.AUTO.enabled());
  }

  /** The width that COLUMNS names; empty: none, or none that is one. */
  static OptionalInt columns(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    if (!columns.matches("[1-9][0-9]{1,3}")) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Math.clamp(Integer.parseInt(columns), NARROWEST, WIDEST));
  }

  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
