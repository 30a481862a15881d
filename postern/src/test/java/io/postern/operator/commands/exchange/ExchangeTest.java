package io.postern.operator.commands.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.lab.RunningProgram;
import io.postern.operator.LabPolicy;
import io.postern.operator.LabPolicy.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against HTTP. */
class ExchangeTest {
  private static final String COMPARED =
      "{\"organization\":\"contoso\",\"file\":\"organizations:\\n- id: contoso\\n\",\"findings\":["
          + "{\"object\":\"From A\",\"parameter\":\"AIA\",\"value\":\"true\",\"taken\":\"notTaken\",\"remark\":\"it is not evaluated\"},"
          + "{\"object\":\"From A\",\"parameter\":\"Name\",\"value\":\"From A\",\"taken\":\"taken\",\"remark\":\"\"},"
          + "{\"object\":\"From A\",\"parameter\":\"X\",\"value\":\"1\",\"taken\":\"unknown\",\"remark\":\"\"},"
          + "{\"object\":\"From A\",\"parameter\":\"TestMode\",\"value\":\"true\",\"taken\":\"different\",\"remark\":\"enabled: false\"}],"
          + "\"changes\":[{\"change\":\"added\",\"object\":\"inbound-connector/contoso/From A\",\"fields\":[]}],\"seen\":7,\"applied\":false}";

  @TempDir private Path folder;
  private LabPolicy policy;
  private Path file = Path.of("");

  @BeforeEach
  void start() throws IOException {
    policy = new LabPolicy(folder);
    file = Files.writeString(folder.resolve("exchange.json"), "[]");
  }

  @AfterEach
  void stop() {
    policy.close();
  }

  private Ran take(String... options) {
    String[] line = new String[options.length + 5];
    System.arraycopy(
        new String[] {"import", "exchange", file.toString(), "--organization", "contoso"},
        0,
        line,
        0,
        5);
    System.arraycopy(options, 0, line, 5, options.length);
    return policy.run(line);
  }

  @Test
  void findingsAreGroupedAndTheDraftIsANewFile() throws Exception {
    policy.answer("POST", "dryRun=true", 200, COMPARED);
    Path draft = folder.resolve("draft.yaml");
    Ran ran =
        take(
            "--mailbox-route",
            "mailbox.contoso.example",
            "--mailbox-route",
            "b.example=h:25",
            "--draft",
            draft.toString(),
            "--dry-run");
    assertThat(ran.exit()).as(ran.toString()).isZero();
    assertThat(ran.out())
        .isEqualTo(
            """
            imported, 1:
              From A Name: From A
            imported with changes, 1:
              From A TestMode: true (enabled: false)
            NOT TAKEN OVER, 1:
              From A AIA: true (it is not evaluated)
            NOT KNOWN to this version, not imported, 1:
              From A X: 1
            added inbound-connector/contoso/From A
            postern: nothing was changed (--dry-run)
            """);
    assertThat(draft).hasContent("organizations:\n- id: contoso\n");
    assertThat(policy.requests().getFirst().path())
        .endsWith(
            "?organization=contoso&dryRun=true&mailboxRoute=mailbox.contoso.example&mailboxRoute=b.example%3Dh%3A25");
    Files.writeString(draft, "edited");
    Ran again = take("--draft", draft.toString(), "--dry-run");
    assertThat(again.exit()).isEqualTo(2);
    assertThat(again.err()).contains("exists: use a new file name");
    assertThat(draft).hasContent("edited");
  }

  @Test
  void itIsMadeWhereThatIsSaidAlone() {
    policy
        .answer("POST", "dryRun=true", 200, COMPARED)
        .answer(
            "POST",
            "dryRun=false",
            200,
            COMPARED.replace("\"applied\":false", "\"applied\":true,\"version\":12"));
    Ran nobody = take();
    assertThat(nobody.exit()).isEqualTo(2);
    assertThat(nobody.err()).contains("--yes");
    assertThat(policy.requests()).isEmpty();
    Ran made = take("--yes");
    assertThat(made.exit()).as(made.toString()).isZero();
    assertThat(made.out()).contains("added inbound-connector", "in force as version 12");
  }

  /** Somebody else changes the directory while the question stands there. */
  @Test
  void otherChangesThanTheAgreedOnesAreNotMade() throws Exception {
    policy
        .answer("POST", "dryRun=true", 200, COMPARED)
        .answer(
            "POST",
            "dryRun=false",
            412,
            "{\"status\":412,\"title\":\"Changed in the " + "meantime\"}");
    try (RunningProgram program =
        policy.startAtTerminal(
            "import", "exchange", file.toString(), "--organization", "contoso")) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> program.output().contains("Make these changes?"));
      program.type("y");
      assertThat(program.end()).as(program.output()).isEqualTo(1);
      assertThat(program.output()).contains("in the meantime; compare again");
    }
    assertThat(policy.requests()).hasSize(2);
    assertThat(policy.requests().getLast().ifMatch()).isEqualTo("\"7\"");
  }

  @Test
  void aDraftWithProblemsIsAFindingAndNothingIsMade() {
    policy.answer(
        "POST",
        "dryRun=true",
        422,
        "{\"status\":422,\"title\":\"Not valid\",\"detail\":\"There is 1 problem.\","
            + "\"errors\":[{\"pointer\":\"/organizations/0/id\",\"object\":\"organization/contoso\","
            + "\"problem\":\"not yours\",\"cure\":\"ask\",\"line\":3}],"
            + COMPARED.substring(1, COMPARED.indexOf(",\"changes\""))
            + "}");
    Ran ran = take("--yes");
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out())
        .contains("NOT VALID:\n  line 3: organization/contoso /organizations/0/id: not yours; ask");
    assertThat(policy.requests()).hasSize(1);
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    file = folder.resolve("none.json");
    Ran ran = take("--dry-run");
    assertThat(ran.exit()).isEqualTo(3);
    assertThat(ran.err()).contains("no such file:");
  }

  @Test
  void commandsOfPowerShellStayWhole() throws Exception {
    String commands =
        "New-InboundConnector -Name 'From contoso' " + "-Comment 'x' ".repeat(40) + "\n";
    policy.answer("GET", "/contoso/export/exchange", 200, commands);
    Ran ran =
        policy.run(
            "export",
            "exchange",
            "contoso",
            "--for",
            "partner",
            "--mail-host",
            "gate.contoso.example",
            "--certificate-name",
            "out.contoso.example");
    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).isEqualTo(commands);
    assertThat(policy.requests().getFirst().path())
        .endsWith("?for=partner&mailHost=gate.contoso.example&certificateName=out.contoso.example");
    Ran json = policy.run("export", "exchange", "contoso", "-o", "json");
    assertThat(new ObjectMapper().readTree(json.out()).path("commands").asText())
        .isEqualTo(commands);
  }
}
