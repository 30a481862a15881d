package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.InputFile;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ProblemText;
import io.postern.operator.api.RecipientsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that replaces the list of a domain's recipients. */
@Command(
    name = "apply",
    description = {
      "Replaces the recipient list of a domain: CSV in UTF-8, one line per recipient, "
          + "local-part[,route] or address[,route].",
      "Exit code 1: the list has errors, and nothing was changed."
    },
    mixinStandardHelpOptions = true)
public final class ApplyRecipients implements Callable<Integer> {
  /** policy-service takes no more. */
  private static final int MOST_BYTES = 16 << 20;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Parameters(index = "0", paramLabel = "DOMAIN", description = "an accepted domain")
  private String domain = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "the list; - is standard input")
  private Path file = Path.of("");

  @Mixin private ReasonOption reason = new ReasonOption();

  @Option(names = "--dry-run", description = "shows the difference only")
  private boolean dryRun;

  @Option(
      names = "--remove-at-most",
      paramLabel = "PERCENT",
      description =
          "percentage of the current addresses that the list may remove, and of those with a route "
              + "that may lose it; the first 20 addresses are always allowed (default: "
              + "${DEFAULT-VALUE})")
  private int removeAtMost = 20;

  /**
   * @param answer as {@code PUT /api/v1/accepted-domains/{domain}/recipients} has it, or the
   *     problem
   */
  record Result(String file, JsonNode answer) {
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      if (!good()) {
        List<String> faults = ProblemText.faults(answer);
        (faults.isEmpty() ? List.of(ProblemText.of(answer)) : faults)
            .forEach(fault -> lines.add(file + ": " + fault));
        lines.add("postern: nothing was changed");
        return lines;
      }
      lines.add(
          "%s: %d addresses, %d added, %d removed, %d with another route, %d without their former route (%d lines of other domains or kinds skipped)"
              .formatted(
                  answer.path("domain").asText(),
                  answer.path("addresses").asInt(),
                  answer.path("added").asInt(),
                  answer.path("removed").asInt(),
                  answer.path("rerouted").asInt(),
                  answer.path("unrouted").asInt(),
                  answer.path("others").asInt()));
      if (answer.path("applied").asBoolean()) {
        lines.add("postern: in force");
      } else if (!answer.path("dryRun").asBoolean()) {
        lines.add("postern: the list is up to date");
      } else {
        lines.add("postern: nothing was changed (--dry-run)");
      }
      return lines;
    }

    boolean good() {
      return answer.has("applied");
    }
  }

  @Override
  public Integer call() throws Exception {
    byte[] csv = InputFile.read(file, MOST_BYTES);
    Result result =
        new Result(
            file.toString(),
            new RecipientsClient(connection.installation().policy())
                .replace(domain, csv, dryRun, removeAtMost, reason.text()));
    output.print(result, result::lines);
    return result.good() ? 0 : 1;
  }
}
