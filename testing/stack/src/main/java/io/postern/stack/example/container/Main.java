package io.postern.stack.example.container;

import io.postern.commandline.Program;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program of the containers {@code example-partner} and {@code example-mailbox}. */
@Command(
    name = "example-host",
    subcommands = {Serve.class, SendMail.class})
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Program.main(program(), args);
  }

  static CommandLine program() {
    return new CommandLine(new Main());
  }
}
