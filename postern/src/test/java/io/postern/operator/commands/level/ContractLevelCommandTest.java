package io.postern.operator.commands.level;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.commandline.Program;
import io.postern.operator.Main;
import io.postern.operator.commands.explain.AnsweringService;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the commands ask for, say and end with, over HTTP. */
class ContractLevelCommandTest {
  private static final String PATH = "/api/v1/contract-level";
  private static final String REPLICAS =
      """
      "replicas": [{"service": "ingress", "replica": "gate-1a", "version": "0.2", "reads": 2, "heard": "2026-08-01T10:00:00Z"}]
      """;
  private static final String RAISABLE =
      "{\"inForce\": 1, \"next\": 2, \"hindrances\": [], " + REPLICAS + "}";
  private static final String RAISED =
      "{\"inForce\": 2, \"next\": 3, \"hindrances\": [\"no replica reads level 3\"], "
          + REPLICAS
          + "}";

  private final StringWriter out = new StringWriter();
  @TempDir Path folder = Path.of("");
  private AnsweringService service;

  @BeforeEach
  void start() throws Exception {
    service = new AnsweringService().on("GET " + PATH, 200, RAISABLE);
  }

  @AfterEach
  void close() {
    service.close();
  }

  private int run(String... words) throws Exception {
    List<String> line = new ArrayList<>(List.of("contract-level"));
    line.addAll(List.of(words));
    line.addAll(List.of("--state", service.state(folder).toString()));
    return Program.run(
        new CommandLine(Main.class).setOut(new PrintWriter(out, true)),
        line.toArray(String[]::new));
  }

  @Test
  void theLevelAndItsReplicasAreShown() throws Exception {
    assertThat(run()).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "level 1 is in force",
            "can be raised to level 2: postern contract-level raise",
            "ingress              reads level 2, heard 2026-08-01T10:00:00Z; version 0.2, gate-1a");
  }

  @Test
  void aRaiseNamesTheLevelThatWasShown() throws Exception {
    service.on("PUT " + PATH, 200, RAISED);
    assertThat(run("raise")).isZero();
    assertThat(service.asked().getLast().body()).isEqualTo("{\"level\": 2}");
    assertThat(out.toString())
        .contains("level 2 is in force", "cannot be raised to level 3: no replica reads level 3");
  }

  @Test
  void aReplicaThatDoesNotReadTheLevelIsAFinding() throws Exception {
    service.on(
        "PUT " + PATH,
        409,
        """
        {"status": 409, "detail": "The contract level cannot be raised to 2.",
         "errors": [{"pointer": "/level", "problem": "delivery d (version 0.1) reads level 1: update it, or stop it"}]}
        """);
    assertThat(run("raise")).isEqualTo(1);
    assertThat(out.toString().lines())
        .containsExactly(
            "The contract level cannot be raised to 2.",
            "delivery d (version 0.1) reads level 1: update it, or stop it");
  }
}
