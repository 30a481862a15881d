package io.postern.stack.commands;

import io.postern.log.LogSettings;
import io.postern.stack.audit.Audit;
import io.postern.stack.audit.AuditJson;
import io.postern.stack.audit.AuditOptions;
import io.postern.stack.audit.AuditPrinter;
import io.postern.stack.audit.AuditReport;
import io.postern.stack.audit.AuditUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The audit in a JVM of its own, as its memory is bounded by the mail in the log and not by the
 * launcher's few megabytes. Its exit codes are those of {@link AuditExit}.
 */
@Command(name = "audit", description = "Accounts for every recipient; see ./run status --audit.")
public final class AuditMain implements Callable<Integer> {
  @Option(names = "--bootstrap", required = true)
  private String bootstrap = "";

  @Option(names = "--kafka-settings", description = "a properties file for the Kafka client")
  private @Nullable Path settings;

  @Mixin private AuditArguments arguments = new AuditArguments();

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** The exit code, see {@code AuditExit}. */
  public static int run(String... args) {
    return new CommandLine(new AuditMain())
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> {
              command.getErr().println("postern: " + problem);
              return AuditExit.NOT_ASKED;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, String> client = new HashMap<>();
    if (settings != null) {
      Properties read = new Properties();
      try (InputStream in = Files.newInputStream(settings)) {
        read.load(in);
      }
      read.stringPropertyNames().forEach(name -> client.put(name, read.getProperty(name)));
    }
    client.put("bootstrap.servers", bootstrap);
    new LogSettings(client); // refuses a link that leaves the machine unprotected (S3)
    try (AuditBar bar = new AuditBar()) {
      AuditReport report =
          Audit.run(
              AuditOptions.of(client)
                  .lookAgainAfter(Duration.ofSeconds(arguments.lookAgainAfter))
                  .patience(Duration.ofSeconds(arguments.patience))
                  .stuckAfter(Duration.ofSeconds(arguments.stuckAfter))
                  .progress(bar));
      bar.close();
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      if (arguments.json) {
        out.println(AuditJson.of(report));
      } else {
        new AuditPrinter(arguments.all).lines(report).forEach(out::println);
      }
      return report.exitCode();
    } catch (AuditUnavailableException e) {
      System.err.println("postern: the audit cannot say anything: " + e.getMessage());
      return AuditExit.NOT_ASKED;
    } catch (OutOfMemoryError e) {
      System.err.println(
          "postern: the mail in the log needs more memory than "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MB, about 130 MB for a million recipients: use --heap");
      return AuditExit.NOT_ASKED;
    }
  }
}
