package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.audit.Audit;
import io.postern.operator.audit.AuditJson;
import io.postern.operator.audit.AuditOptions;
import io.postern.operator.audit.AuditPrinter;
import io.postern.operator.audit.AuditReport;
import io.postern.operator.audit.AuditUnavailableException;
import io.postern.operator.connection.ConnectionOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Command that accounts for every recipient. Its memory is bounded by the mail in the log: where
 * this JVM has little, it runs in one of its own.
 */
@Command(
    name = "audit",
    description = {
      "Accounts for every recipient from the topics and the services' positions (docs/operations/audit.md).",
      "Exit code 0: every recipient is accounted for, 1: alarm, 3: Kafka could not be read in time."
    },
    mixinStandardHelpOptions = true)
public final class AuditCommand implements Callable<Integer> {
  private static final long LITTLE_BYTES = 256 << 20;
  private static final String HERE = "postern.audit.here";

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Option(names = "--all", description = "prints every alarm, not only the first 20 of each kind")
  private boolean all;

  @Option(
      names = "--look-again-after",
      paramLabel = "SECONDS",
      description =
          "a recipient that is found nowhere or twice raises an alarm after this time (default: "
              + "${DEFAULT-VALUE})")
  private int lookAgainAfter = 30;

  @Option(
      names = "--stuck-after",
      paramLabel = "SECONDS",
      description = "how late a step may be before it raises an alarm (default: ${DEFAULT-VALUE})")
  private int stuckAfter = 600;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description = "for reading from Kafka (default: ${DEFAULT-VALUE})")
  private int patience = 120;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description =
          "memory of its own JVM, started if this one has less than 256 MB; 130 MB for a million "
              + "recipients (default: ${DEFAULT-VALUE})")
  private String heap = "1g";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    boolean little = Runtime.getRuntime().maxMemory() < LITTLE_BYTES;
    return little && System.getProperty(HERE) == null ? apart() : here();
  }

  private int apart() throws Exception {
    if (!heap.matches("[1-9][0-9]*[kKmMgG]?")) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--heap: \"" + heap + "\" is not a valid size; use 512m or 2g");
    }
    connection.installation().kafka(); // names a missing setting before a JVM is started for it
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-XX:+UseSerialGC");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-D" + HERE + "=true");
    String home = System.getProperty(ConnectionOptions.HOME);
    if (home != null) {
      command.add("-D" + ConnectionOptions.HOME + "=" + home);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.postern.operator.Main", "audit"));
    command.addAll(spec.commandLine().getParseResult().originalArgs().stream().skip(1).toList());
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }

  private int here() throws Exception {
    try (ProgressBar bar = new ProgressBar("audit")) {
      AuditReport report =
          Audit.run(
              AuditOptions.of(connection.installation().kafka().client())
                  .lookAgainAfter(Duration.ofSeconds(lookAgainAfter))
                  .patience(Duration.ofSeconds(patience))
                  .stuckAfter(Duration.ofSeconds(stuckAfter))
                  .progress(output.isJson() ? (step, done, all) -> {} : bar::at));
      bar.close();
      output.print(AuditJson.of(report), () -> new AuditPrinter(all).lines(report));
      return report.exitCode();
    } catch (AuditUnavailableException e) {
      throw new IllegalStateException("the audit has no result: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new IllegalStateException(
          "the mail in Kafka needs more memory than "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MB, about 130 MB for a million recipients: use --heap",
          e);
    }
  }
}
