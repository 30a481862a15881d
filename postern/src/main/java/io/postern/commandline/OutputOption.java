package io.postern.commandline;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The option by which a reading command prints its result as text for people or as JSON for
 * programs; a mixin. JSON is one document of ASCII characters, whose field names are only added.
 * One thread.
 *
 * @param <T> the document: a record, whose fields are a contract with scripts (null components are
 *     left out), or a JSON tree of an API
 */
public final class OutputOption<T> {
  private static final String SHORT = "-o";
  private static final String LONG = "--output";

  // ASCII: a terminal that shows it obeys nothing in it.
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  /** Form of a printed result. */
  private enum Format {
    TEXT,
    JSON,
    /** Of commands whose result is a table: {@link OutputOption#ofTable}. */
    CSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = {SHORT, LONG},
      paramLabel = "FORMAT",
      description = "text, json, or csv if the result is a table (default: ${DEFAULT-VALUE})")
  private Format format = Format.TEXT;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  private final boolean table;
  private @Nullable Terminal terminal;

  /** Text unless the command line says otherwise. */
  public OutputOption() {
    this(false);
  }

  private OutputOption(boolean table) {
    this.table = table;
  }

  /** Text unless the command line says otherwise, of a command whose result is a table. */
  public static <T> OutputOption<T> ofTable() {
    return new OutputOption<>(true);
  }

  /**
   * Before a command works, which could change something and fail then.
   *
   * @throws CommandLine.ParameterException it is to print csv, and has no table
   */
  static void check(CommandLine.ParseResult parsed) {
    for (CommandLine command : parsed.asCommandLineList()) {
      for (CommandSpec mixin : command.getCommandSpec().mixins().values()) {
        if (mixin.userObject() instanceof OutputOption<?> output && !output.table) {
          output.refuseCsv();
        }
      }
    }
  }

  public boolean isJson() {
    return format == Format.JSON;
  }

  /**
   * Prints a result.
   *
   * @param text the same in lines for people, asked for where text is wanted
   */
  public void print(T result, Supplier<List<String>> text) {
    printDocument(result, text);
  }

  /** Prints what an API answered in place of the command's own document, such as a problem. */
  public void printAnswer(JsonNode answer, Supplier<List<String>> text) {
    printDocument(answer, text);
  }

  private void printDocument(Object result, Supplier<List<String>> text) {
    refuseCsv();
    if (isJson()) {
      out().println(json(result, true));
    } else {
      text.get().forEach(this::line);
    }
  }

  /** Prints a result that is a table. */
  public void printTable(T result, TextTable table) {
    switch (format) {
      case TEXT -> table.lines().forEach(this::line);
      case JSON -> out().println(json(result, true));
      case CSV -> out().print(table.csv());
    }
  }

  /** The same for a result that is lines for people, and a table for spreadsheets. */
  public void print(T result, Supplier<List<String>> text, Supplier<TextTable> table) {
    if (format == Format.CSV) {
      out().print(table.get().csv());
    } else {
      print(result, text);
    }
  }

  /** Lines for people that are no result, where the result is no JSON. */
  public void show(List<String> lines) {
    lines.forEach(this::line);
  }

  /** A sentence beside the result, for people: on standard error. */
  public void note(String sentence) {
    TerminalText.printableLines("postern: " + sentence)
        .forEach(command().commandLine().getErr()::println);
  }

  private void refuseCsv() {
    if (format == Format.CSV) {
      throw new CommandLine.ParameterException(
          command().commandLine(), "-o csv: the result is not a table; use text or json");
    }
  }

  /** Prints one of many results: in JSON each is a line of its own. */
  public void printOne(T result, Supplier<String> text) {
    refuseCsv();
    if (isJson()) {
      out().println(json(result, false));
    } else {
      line(text.get());
    }
  }

  private void line(String text) {
    Terminal to = terminal == null ? Terminal.here() : terminal;
    terminal = to;
    TerminalText.lines(text, to.width(), to.colour()).forEach(out()::println);
  }

  private PrintWriter out() {
    return command().commandLine().getOut();
  }

  private CommandSpec command() {
    if (command == null) {
      throw new IllegalStateException("not a mixin of a command");
    }
    return command;
  }

  /** Whether a command line asks for JSON: one that cannot be parsed too. */
  static boolean asksForJson(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String next = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
      if ((argument.equals(SHORT) || argument.equals(LONG)) && isJson(next)
          || argument.startsWith(LONG + "=") && isJson(argument.substring(LONG.length() + 1))
          || argument.startsWith(SHORT) && isJson(argument.replaceFirst("^-o=?", ""))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isJson(String word) {
    return word.equalsIgnoreCase(Format.JSON.toString());
  }

  /** In one line, or in lines that people can read. */
  static String json(Object value, boolean lines) {
    try {
      return (lines ? JSON.writer(SerializationFeature.INDENT_OUTPUT) : JSON.writer())
          .writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result cannot be written as JSON", e);
    }
  }
}
