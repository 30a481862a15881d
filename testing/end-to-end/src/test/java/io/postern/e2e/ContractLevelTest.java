package io.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.commandline.Program;
import io.postern.contracts.ContractLevel;
import io.postern.operator.Main;
import io.postern.stack.Service;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The contract level that an operator is shown beside running services. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractLevelTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60); // of the announcements
  private static final String IN_FORCE = "level %d is in force\n".formatted(ContractLevel.FIRST);
  private static final int NEXT = ContractLevel.FIRST + 1;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path context = Path.of("");

  @BeforeAll
  void connect(@TempDir Path folder) throws Exception {
    context = TestStack.shared().context(folder);
  }

  @Test
  void eachServiceSaysWhichLevelItReads() {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(run("contract-level")).as(err.toString()).isZero();
              assertThat(out.toString())
                  .startsWith(IN_FORCE)
                  .contains("can be raised to level " + NEXT);
              for (Service service : Service.OF_MAIL) {
                assertThat(out.toString().lines().filter(ofService(service)))
                    .as(out.toString())
                    .hasSize(1);
              }
            });
  }

  private static Predicate<String> ofService(Service service) {
    String start = "%-20s reads level %d, ".formatted(service.module(), ContractLevel.READS);
    return line -> line.startsWith(start);
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return run(context, out, err, args);
  }

  /** The program with its context, in this process. */
  static int run(Path context, StringWriter out, StringWriter err, String... args) {
    List<String> line = new ArrayList<>(List.of(args));
    line.addAll(List.of("--context", context.toString()));
    return Program.run(
        new CommandLine(Main.class)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)),
        line.toArray(String[]::new));
  }
}
