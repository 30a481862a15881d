package io.postern.commandline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What a program prints where, and with which exit code it ends. */
class ProgramTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Program.run(
        new CommandLine(new Sample()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)),
        args);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-o json", "-o=json", "-ojson", "--output json", "--output=JSON"})
  void aResultIsADocumentOfAscii(String option) throws Exception {
    List<String> line = new ArrayList<>(List.of("ask", "x"));
    line.addAll(List.of(option.split(" ")));
    assertThat(run(line.toArray(String[]::new))).isEqualTo(1);
    JsonNode read = JSON.readTree(out.toString());
    assertThat(read).hasSize(3);
    assertThat(read.at("/name").asText()).isEqualTo("x");
    assertThat(read.at("/count").asInt()).isEqualTo(2);
    assertThat(read.at("/notes/0").asText()).isEqualTo("≠");
    assertThat(out.toString().chars()).allMatch(c -> c < 0x7f);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void manyResultsAreALineEach() {
    assertThat(run("ask", "many", "-o", "json")).isEqualTo(1);
    assertThat(out.toString().lines()).containsExactly("[1]", "[2]");
  }

  @Test
  void textIsTheUsualAndInAPipeItIsNotBroken() {
    assertThat(run("ask", "x")).isEqualTo(1);
    assertThat(out.toString().lines()).containsExactly(Sample.LINE);
  }

  @ParameterizedTest
  @CsvSource({
    "3, ask down, nobody answers",
    "3, ask large, java.lang.OutOfMemoryError: Java heap space",
    "3, ask nameless, java.lang.IllegalStateException",
    "2, ask, Missing required parameter",
    "2, ask x y, Unmatched argument",
    "2, ask x -o xml, Invalid value for option '--output'",
    "2, ask x --no-such, Unknown option",
    "2, ask down -o csv, -o csv: the result is not a table",
    "2, nonsense, Unmatched argument",
    "2, '', Missing required subcommand"
  })
  void anErrorIsALineOrADocumentOnStandardError(int code, String line, String message)
      throws Exception {
    String[] words = line.isEmpty() ? new String[0] : line.split(" ");
    assertThat(run(words)).as(err.toString()).isEqualTo(code);
    assertThat(err.toString().lines().findFirst().orElse("")).contains(message);
    assertThat(out.toString()).isEmpty();
    if (line.contains("-o")) {
      return;
    }
    err.getBuffer().setLength(0);
    String[] json = Arrays.copyOf(words, words.length + 2);
    json[words.length] = "-o";
    json[words.length + 1] = "json";
    assertThat(run(json)).isEqualTo(code);
    assertThat(err.toString().lines()).hasSize(1);
    JsonNode read = JSON.readTree(err.toString());
    assertThat(read).hasSize(2);
    assertThat(read.path("exitCode").asInt()).isEqualTo(code);
    assertThat(read.path("error").asText()).isNotBlank();
    assertThat(out.toString()).isEmpty();
  }

  /** A service, or whoever stands in its place, chooses the words of an error. */
  @Test
  void anErrorMovesNoCursor() {
    assertThat(run("ask", "strange")).isEqualTo(3);
    assertThat(err.toString().lines()).containsExactly("postern: one?[2J", "two");
  }

  /** A full disk behind standard output must not look like a short answer. */
  @Test
  void whatCannotBeWrittenIsAnError() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    int code =
        Program.run(
            new CommandLine(new Sample())
                .setOut(new PrintWriter(full, false, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err)),
            "ask",
            "x");
    assertThat(code).isEqualTo(3);
    assertThat(err.toString()).contains("standard output was closed");
  }

  @Test
  void aCommandsVersionIsTheProgramsAndHelpIsACommand() {
    assertThat(run("ask", "--version")).isZero();
    assertThat(out.toString()).isEqualTo("sample 7" + System.lineSeparator());
    assertThat(run("help", "ask")).isZero();
    assertThat(out.toString())
        .contains("Usage: sample ask", "text, json, or csv if the result is a table");
  }

  /** On a terminal of so many columns, as util-linux' script makes one. */
  private static String onATerminal(int columns, Map<String, String> more, String command)
      throws Exception {
    String java =
        Path.of(System.getProperty("java.home"), "bin", "java")
            + " -XX:TieredStopAtLevel=1 -cp '"
            + System.getProperty("java.class.path")
            + "' io.postern.commandline.Sample ";
    ProcessBuilder script =
        new ProcessBuilder(
            "script", "-qec", "stty cols " + columns + " && " + java + command, "/dev/null");
    script.environment().keySet().removeAll(List.of("COLUMNS", "NO_COLOR", "CLICOLOR_FORCE"));
    script.environment().putAll(more);
    Process process = script.redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return text.replace("\r", "");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aTerminalsWidthCountsAndFindingsAreRedThereUnlessNobodyWantsColour() throws Exception {
    String red = "\u001b[1;31mNOT READY\u001b[0m";
    String shown = onATerminal(60, Map.of(), "ask x");
    assertThat(shown).startsWith("state      " + red + " because").contains("\n           answers");
    assertThat(shown.replaceAll("\u001b\\[[0-9;]*m", "").lines())
        .hasSizeGreaterThan(3)
        .allMatch(line -> line.length() <= 60);
    assertThat(onATerminal(60, Map.of("NO_COLOR", "1", "COLUMNS", "100"), "ask x").lines())
        .hasSizeBetween(2, 3)
        .allMatch(line -> line.length() <= 100)
        .noneMatch(line -> line.contains("\u001b"));
    assertThat(onATerminal(66, Map.of("NO_COLOR", "1"), "ask --help").lines())
        .allMatch(line -> line.length() <= 66)
        .anyMatch(line -> line.length() > 55);
  }
}
