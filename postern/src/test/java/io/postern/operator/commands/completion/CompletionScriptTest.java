package io.postern.operator.commands.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.operator.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The script in a real bash, which calls a function in place of the program. */
class CompletionScriptTest {
  private static final String PROGRAM =
      """
      postern() {
        echo "$@" >> "$CALLS"
        case "$2" in
          ORGANIZATION) printf '%s\\n' contoso fabrikam ;;
          CONNECTOR) printf '%s\\n' 'From Fabrikam' 'From $(touch "$CALLS.pwned") us' 'To: Revoked' ;;
          REPORT) printf '%s\\n' inbound outbound refused ;;
          CONTEXT) printf '%s\\n' production test ;;
          DOMAIN) printf '%s\\n' contoso.example fabrikam.example ;;
        esac
      }
      """;

  @TempDir private Path folder;
  private Path calls = Path.of("");

  @BeforeEach
  void script() throws IOException {
    calls = folder.resolve("calls");
    Files.createFile(calls);
    Files.writeString(
        folder.resolve("completion"),
        CompletionScript.of(new CommandLine(Main.class).getCommandSpec()) + PROGRAM);
  }

  /**
   * A line that begins with ! is a command. The suggestions for lines whose words bash has split as
   * it does; the cursor is at the end.
   */
  private List<String> complete(String... lines) throws Exception {
    StringBuilder script =
        new StringBuilder("set -u\nunset POSTERN_CONTEXT\nsource ./completion\n");
    for (String line : lines) {
      if (line.startsWith("!")) {
        script.append(line.substring(1)).append('\n');
        continue;
      }
      script
          .append("COMP_WORDS=(")
          .append(line)
          .append(")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\nCOMP_LINE=\"${COMP_WORDS[*]}\"\n")
          .append("COMPREPLY=()\n_postern_complete\n");
    }
    script.append("printf '%s\\n' \"${COMPREPLY[@]}\"\n");
    Path file = Files.writeString(folder.resolve("script"), script);
    ProcessBuilder builder =
        new ProcessBuilder("bash", "--norc", file.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("CALLS", calls.toString());
    builder.environment().put("HOME", folder.toString());
    Process bash = builder.start();
    String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return printed.lines().filter(text -> !text.contains("compopt")).toList();
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(calls);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          postern check-connector '';                        contoso,fabrikam
          postern check-connector fa;                        fabrikam
          postern hybrid -o json co;                         contoso
          postern report '';                                 inbound,outbound,refused
          postern report --since 30d re;                     refused
          postern queue list --organization fab;             fabrikam
          postern queue list --organization = fab;           fabrikam
          postern queue list --organization =;               contoso,fabrikam
          postern messages --context t;                      test
          postern contexts use p;                            production
          postern check-connector contoso x.pem --connector 'From\\ F'; From\\ Fabrikam
          postern queue list --connector '"From F';          From Fabrikam
          postern queue list --connector To : '\\ R';       \\ Revoked
          postern dns fab;                                   fabrikam.example
          postern messages --set a = b --to-domain con;      contoso.example
          """)
  void aNameStandsWhereItsLabelStands(String line, String suggestions) throws Exception {
    assertThat(complete(line)).containsExactly(suggestions.split(","));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          postern che;                           check,check-connector
          postern report inbound --unt;          --until
          postern report -o j;                   json
          postern report inbound '';             ``
          postern nam;                           ``
          """)
  void theRestIsPicoclis(String line, String suggestions) throws Exception {
    assertThat(String.join(",", complete(line))).isEqualTo(suggestions);
    assertThat(calls()).isEmpty();
  }

  @Test
  void theProgramHearsWhichInstallationAndOrganizationAreMeant() throws Exception {
    complete("postern check-connector --context test contoso x.pem --connector F");
    complete("postern queue list --organization = contoso --state ~/s --set a = b --connector ''");
    assertThat(calls())
        .containsExactly(
            "names CONNECTOR --context test --organization contoso",
            "names CONNECTOR --organization contoso --state " + folder + "/s --set a=b");
  }

  @Test
  void namesAreRememberedForTheSameQuestion() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("postern report in");
    lines.add("postern report ou");
    assertThat(complete(lines.toArray(String[]::new))).containsExactly("outbound");
    assertThat(calls()).containsExactly("names REPORT");
    complete("postern report in", "postern hybrid ''", "postern hybrid --context test ''");
    assertThat(calls())
        .containsExactly(
            "names REPORT",
            "names REPORT",
            "names ORGANIZATION",
            "names ORGANIZATION --context test");
  }

  /** The names of a former context belong to another installation. */
  @Test
  void anotherContextInUseIsAnotherQuestion() throws Exception {
    Files.createDirectories(folder.resolve(".config/postern"));
    complete("postern hybrid ''", "!echo test > .config/postern/in-use", "postern hybrid ''");
    assertThat(calls()).containsExactly("names ORGANIZATION", "names ORGANIZATION");
  }

  /** An administrator of an organization chooses connectors' names, which others complete. */
  @Test
  void aNameIsNoCommand() throws Exception {
    assertThat(complete("postern queue list --connector From"))
        .containsExactly("From\\ Fabrikam", "From\\ \\$\\(touch\\ \\\"\\$CALLS.pwned\\\"\\)\\ us");
    // In an open quote the shell takes the name as it is, and would run it.
    for (String quoted : List.of("'\"From'", "\"'From\"", "'\"'")) {
      assertThat(complete("postern queue list --connector " + quoted))
          .as(quoted)
          .contains("From Fabrikam")
          .noneMatch(name -> name.contains("$"));
    }
    assertThat(complete("postern queue list --connector '\"From\"'")).noneMatch(this::isName);
    assertThat(complete("postern queue list --connector 'Fr\"om'")).noneMatch(this::isName);
    assertThat(folder.resolve("calls.pwned")).doesNotExist();
  }

  private boolean isName(String suggestion) {
    return suggestion.contains("From");
  }

  @Test
  void eachLabelOfANameIsInTheScript() throws Exception {
    String script = Files.readString(folder.resolve("completion"));
    for (NameKind kind : List.of(NameKind.ORGANIZATION, NameKind.CONNECTOR, NameKind.CONTEXT)) {
      assertThat(script).contains("=" + kind + " ");
    }
    assertThat(NameKind.of("CONNECTOR|FILE")).contains(NameKind.CONNECTOR);
    assertThat(NameKind.of("NAME")).isEmpty();
  }
}
