package io.postern.commandline;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A program with one command, for these tests. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    version = "sample 7",
    subcommands = {Sample.Ask.class, CommandLine.HelpCommand.class})
final class Sample {
  static final String LINE = "state      NOT READY " + "because nobody answers ".repeat(8);

  /** What it finds. */
  record Result(String name, int count, List<String> notes, @Nullable String absent) {}

  /** Finds something, or fails. */
  @Command(
      name = "ask",
      description = "Asks, and tells in a sentence that is much longer than any narrow terminal.",
      mixinStandardHelpOptions = true)
  static final class Ask implements Callable<Integer> {
    @Mixin private OutputOption output = new OutputOption();

    @Parameters private String subject = "";

    @Override
    public Integer call() {
      switch (subject) {
        case "down" -> throw new IllegalStateException("nobody answers");
        case "strange" -> throw new IllegalStateException("one\u001b[2J\ntwo");
        case "large" -> throw new OutOfMemoryError("Java heap space");
        case "nameless" -> throw new IllegalStateException();
        case "many" -> {
          output.printOne(List.of(1), () -> "one");
          output.printOne(List.of(2), () -> "two");
        }
        default -> output.print(result(), () -> List.of(LINE));
      }
      return 1;
    }

    private Result result() {
      return new Result(subject, 2, List.of("≠"), null);
    }
  }

  public static void main(String[] args) {
    Program.main(new CommandLine(new Sample()), args);
  }
}
