package io.postern.operator.commands.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.operator.Main;
import io.postern.operator.api.WhatIfClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command from its beginning to each of a comparison's ends, over HTTP. */
class WhatIfTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String START = "POST /api/v1/what-if?days=7";
  private static final String STATE = "GET /api/v1/what-if/77";
  private static final String CANCEL = "DELETE /api/v1/what-if/77";
  private static final String RUNNING = "{\"id\":\"77\",\"state\":\"running\",\"percent\":25}";
  private static final String DONE =
      """
      {"id":"77","state":"done","percent":100,"result":{"directoryVersion":17,
       "since":"2026-11-21T00:00:00Z","messages":190,"refusals":10,"decided":120,"differences":[
        {"kind":"acceptedToRefused","organization":"contoso","partner":"fabrikam.example",
         "before":"From Fabrikam","after":"From Fabrikam","rule":"requireTls","count":12,"samples":[
          {"id":"001","at":"2026-11-27T10:00:00Z","senderDomain":"=fabrikam.example",
           "recipientDomain":"contoso.example"}]},
        {"kind":"requirementRaised","organization":"contoso","partner":"fabrikam.example",
         "before":"","after":"To Fabrikam","rule":"tlsSettings","count":1,"samples":[]}],
       "cannotBeKnown":[{"reason":"refusals that are counted together","count":10}],"seconds":6.1}}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder = Path.of("");
  private Path draft = Path.of("");
  private AnsweringService service;

  @BeforeEach
  void start() throws Exception {
    service = new AnsweringService();
    draft = Files.writeString(folder.resolve("draft.yaml"), "organizations: []\n");
  }

  @AfterEach
  void close() {
    service.close();
  }

  private List<String> line(String... options) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of("what-if", draft.toString(), "--state", service.state(folder).toString()));
    line.addAll(List.of(options));
    return line;
  }

  /** How many records the log has is not said: others' mail is among them. */
  @Test
  void progressIsAShareOfTheLog() throws Exception {
    runs(RUNNING, DONE);
    List<String> progress = new ArrayList<>();
    new FollowedComparison(
            new WhatIfClient(service.api(folder)),
            "77",
            (step, done, all) -> progress.add(done + "/" + all + " " + step))
        .result();
    assertThat(progress).containsExactly("25/100 of the records read");
  }

  private int run(String... options) throws Exception {
    return Program.run(
        new CommandLine(Main.class)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)),
        line(options).toArray(String[]::new));
  }

  private void runs(String... states) {
    service.on(START, 202, RUNNING);
    for (String state : states) {
      service.on(STATE, 200, state);
    }
    service.on(CANCEL, 204, "");
  }

  private boolean cancelled() {
    return service.asked().stream().anyMatch(asked -> asked.method().equals("DELETE"));
  }

  @Test
  void differencesArePrintedPartnerByPartnerAndNewRefusalsAreAFinding() throws Exception {
    runs(RUNNING, RUNNING, DONE);
    assertThat(run()).as(err.toString()).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            "120 recipients of 190 messages and 10 refusals since 2026-11-21T00:00:00Z, with the"
                + " draft and without it (directory version 17)",
            "fabrikam.example, organization contoso",
            "  NEWLY REFUSED: 12 recipients, connector before: From Fabrikam, with the draft: From"
                + " Fabrikam, requireTls",
            "    2026-11-27T10:00:00Z  001  from =fabrikam.example to contoso.example",
            "  TLS requirement raised: 1 recipient, connector before: none, with the draft: To"
                + " Fabrikam, tlsSettings",
            "unknown for 10 recipients: refusals that are counted together");
    assertThat(service.asked().getFirst().body()).isEqualTo("organizations: []\n");
    assertThat(cancelled()).isFalse();
  }

  @Test
  void someObjectsOfAnOrganizationAreADraftToo() throws Exception {
    service.on(START + "&organization=contoso", 202, RUNNING);
    service.on(STATE, 200, DONE);
    assertThat(run("--organization", "contoso")).as(err.toString()).isEqualTo(1);
    assertThat(service.asked().getFirst().path()).endsWith("&organization=contoso");
  }

  @Test
  void csvHasARowADifference() throws Exception {
    runs(DONE);
    assertThat(run("-o", "csv")).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            "organization,partner,kind,before,after,rule,recipients,sample",
            "contoso,fabrikam.example,acceptedToRefused,From Fabrikam,From"
                + " Fabrikam,requireTls,12,001",
            "contoso,fabrikam.example,requirementRaised,,To Fabrikam,tlsSettings,1,");
  }

  @Test
  void jsonIsTheResultWithoutALineOfProgress() throws Exception {
    runs(RUNNING, DONE.replace("acceptedToRefused", "refusedToAccepted"));
    assertThat(run("-o", "json")).isZero();
    JsonNode result = new ObjectMapper().readTree(out.toString());
    assertThat(result.path("decided").asLong()).isEqualTo(120);
    assertThat(result.at("/differences/0/kind").asText()).isEqualTo("refusedToAccepted");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aDraftWithProblemsIsAFindingAndStartsNothing() throws Exception {
    service.on(
        START,
        422,
        """
        {"status":422,"detail":"apply would refuse each of these.","errors":[
         {"pointer":"/x","problem":"it is unknown","cure":"write y","line":6}]}
        """);
    assertThat(run()).isEqualTo(1);
    assertThat(err.toString())
        .contains("draft.yaml: apply would refuse each", "line 6: /x: it is unknown; write y");
    assertThat(service.asked()).hasSize(1);
  }

  @Test
  void placesThatAreTakenAreSaidWithTheirCure() throws Exception {
    service.on(
        START,
        503,
        "{\"status\":503,\"detail\":\"Two drafts are being compared here; wait, or cancel one.\"}");
    assertThat(run()).isEqualTo(3);
    assertThat(err.toString()).contains("returned 503: Two drafts", "wait, or cancel one");
  }

  @Test
  void aComparisonThatIsNotThereIsLost() throws Exception {
    service.on(START, 202, RUNNING); // and 404 for its state
    assertThat(run("-o", "json")).isEqualTo(3);
    assertThat(err.toString()).contains("does not have the comparison", "\"exitCode\":3");
  }

  @Test
  void aFailureIsSaidAsTheServiceSaysIt() throws Exception {
    runs("{\"state\":\"failed\",\"failure\":\"Kafka was not completely read.\"}");
    assertThat(run()).isEqualTo(3);
    assertThat(err.toString()).contains("Kafka was not completely read.");
  }

  @Test
  void whoeverEndsTheCommandEndsTheComparison() throws Exception {
    runs(RUNNING);
    Process process = process();
    process.destroy(); // SIGTERM ends a JVM as Ctrl-C does, and nobody ignores it
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
    assertThat(cancelled()).isTrue();
  }

  @Test
  void aServiceThatDiesIsNamed() throws Exception {
    runs(RUNNING);
    Process process = process();
    service.close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(Files.readString(folder.resolve("output.txt")))
        .contains("does not respond", "start the comparison again");
  }

  /** The command in a process of its own, which follows a comparison. */
  private Process process() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(line());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output.txt").toFile())
            .start();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> service.asked().stream().anyMatch(asked -> asked.method().equals("GET")));
    return process;
  }
}
