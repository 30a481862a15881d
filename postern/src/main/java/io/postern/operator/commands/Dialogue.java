package io.postern.operator.commands;

import io.postern.commandline.TerminalText;
import java.io.Console;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Questions to the person at the terminal. Strangers choose some values in them. One thread. */
public final class Dialogue {
  private final Console terminal;

  private Dialogue(Console terminal) {
    this.terminal = terminal;
  }

  /** Empty: nobody sits at a terminal, so that options must say all. */
  public static Optional<Dialogue> here() {
    Console terminal = System.console();
    return terminal == null || !terminal.isTerminal()
        ? Optional.empty()
        : Optional.of(new Dialogue(terminal));
  }

  /** No other answer than yes is one. */
  public boolean agrees(String question) {
    String answer = terminal.readLine("%s", TerminalText.printable(question) + " [y/N] ");
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  /**
   * @param usual the answer of an empty line
   * @throws IOException the terminal was closed
   */
  public String answer(String question, String usual) throws IOException {
    String answer =
        terminal.readLine(
            "%s",
            TerminalText.printable(question + (usual.isEmpty() ? ": " : " [" + usual + "]: ")));
    if (answer == null) {
      throw new IOException("the terminal was closed before the last question was answered");
    }
    return answer.isBlank() ? usual : answer.strip();
  }
}
