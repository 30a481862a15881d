package io.postern.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine line = new CommandLine(Main.class);
    return Program.run(
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)), args);
  }

  @ParameterizedTest
  @CsvSource({
    "0, --help",
    "0, --version",
    "0, trace --help",
    "0, help trace",
    "0, generate-completion",
    "0, example",
    "2, trace",
    "2, nonsense",
    "2, queue keep 000000000000000000000",
    "2, queue",
    "2, queue hold",
    "2, queue hold 000000000000000000000 --reason timeout",
    "2, queue cancel --to-domain fabrikam.example --recipient 0 --yes",
    "2, why hello",
    "2, explain --to anna@contoso.example --ip 192.0.2.9",
    "3, explain --from <> --to anna@contoso.example --ip 192.0.2.9 --state /nowhere",
    "3, what-if /no/such.yaml --state /nowhere",
    "3, messages --state /nowhere",
    "3, report --state /nowhere",
    "2, refusals --since yesterday",
    "2, connectors",
    "2, connectors set contoso name",
    "2, routing-rules",
    "2, import",
    "2, export",
    "2, import exchange file.json",
    "2, secure-partner contoso",
    "3, connectors list --state /nowhere",
    "2, hybrid contoso --smart-host a;b",
    "2, hybrid contoso --client-name localhost",
    "3, status --state /nowhere/at/all",
    "3, audit --context /nowhere/at/all",
    "3, trace 000000000000000000000",
    "2, users",
    "2, users set",
    "2, contexts use",
    "3, contexts use no-such-context",
    "3, whoami --context no-such-context",
    "3, sign-in --state /nowhere",
    "3, sign-out --state /nowhere"
  })
  void exitCodes(int code, String line) {
    assertThat(run(line.split(" "))).as(out + " " + err).isEqualTo(code);
  }

  /** What a program asks of an installation, it can read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "trace 0000000000000000000000",
        "refusals",
        "queue hold 000000000000000000000",
        "queue cancel --reason timeout",
        "queue list",
        "queue groups",
        "queue flush mx:fabrikam.example",
        "messages --from anna@contoso.example",
        "why 000000000000000000000",
        "explain --from <> --to anna@contoso.example --ip 192.0.2.9",
        "what-if draft.yaml",
        "report inbound",
        "changes",
        "audit",
        "connectors list",
        "connectors show contoso name",
        "connectors set contoso name mode=reportOnly",
        "connectors add contoso inbound pom.xml",
        "connectors remove contoso name",
        "routing-rules list",
        "routing-rules show contoso name",
        "routing-rules set contoso name mode=reportOnly",
        "routing-rules add contoso pom.xml",
        "routing-rules remove contoso name",
        "validate contoso name",
        "watch contoso name",
        "secure-partner contoso fabrikam.example --look",
        "import exchange pom.xml --organization contoso --dry-run",
        "export exchange contoso",
        "certificates",
        "rehearse new.pem",
        "tls-reports contoso.example",
        "recipients show contoso.example",
        "whoami",
        "sign-in",
        "users list",
        "users show anna",
        "users set anna",
        "users remove anna",
        "check /no/such.pem",
        "hybrid contoso"
      })
  void eachReadingCommandTellsAProgramWhatIsWrong(String line) throws Exception {
    boolean asks = !line.startsWith("check");
    int code = run((line + " -o json" + (asks ? " --state /nowhere" : "")).split(" "));
    assertThat(code).as(out + " " + err).isIn(2, 3);
    JsonNode read = new ObjectMapper().readTree(err.toString());
    assertThat(read.path("exitCode").asInt()).isEqualTo(code);
    assertThat(read.path("error").asText()).isNotBlank();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void completionKnowsCommandsOptionsAndFormats() {
    assertThat(run("generate-completion")).isZero();
    assertThat(out.toString()).contains("refusals", "--look-again-after", "\"text\" \"json\"");
  }

  @Test
  void eachCommandIsInOneGroupOfTheHelp() {
    List<String> grouped = Main.GROUPS.values().stream().flatMap(List::stream).toList();
    assertThat(grouped)
        .doesNotHaveDuplicates()
        .containsAll(new CommandLine(Main.class).getSubcommands().keySet());
    CommandLine line = Main.line();
    String help = line.setUsageHelpWidth(80).getUsageMessage();
    assertThat(help).contains("Queue:", "Certificates and records:", "\n  messages ");
    assertThat(help.lines()).allSatisfy(row -> assertThat(row).hasSizeLessThanOrEqualTo(80));
  }

  /** A command that is new has a help of its own. */
  @Test
  void eachCommandExplainsItself() {
    CommandLine line = new CommandLine(Main.class);
    List<CommandLine> all = List.copyOf(line.getSubcommands().values());
    assertThat(all).hasSizeGreaterThan(8);
    assertThat(all)
        .allSatisfy(
            command ->
                assertThat(command.getCommandSpec().usageMessage().description())
                    .as(command.getCommandName())
                    .isNotEmpty());
  }
}
