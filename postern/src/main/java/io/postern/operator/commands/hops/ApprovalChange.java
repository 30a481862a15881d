package io.postern.operator.commands.hops;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.NextHopsClient;
import io.postern.operator.commands.ReasonOption;
import io.postern.operator.connection.ConnectionOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The object whose next hops are approved or revoked, and how; a mixin. */
final class ApprovalChange {
  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its ID in the directory")
  private String organization = "";

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "an outbound connector; with --accepted-domain an accepted domain")
  private String name = "";

  @Option(
      names = "--accepted-domain",
      description = "the name is an accepted domain: its mailbox routes are meant")
  private boolean acceptedDomain;

  @Option(names = "--dry-run", description = "shows the difference only")
  private boolean dryRun;

  @Mixin private ReasonOption reason = new ReasonOption();

  /** The exit code. */
  int make(
      ConnectionOptions connection,
      OutputOption<JsonNode> output,
      List<String> values,
      boolean approve)
      throws IOException, InterruptedException {
    Optional<JsonNode> answer =
        new NextHopsClient(connection.installation().policy())
            .change(
                organization,
                acceptedDomain ? "accepted-domains" : "outbound-connectors",
                name,
                values,
                approve,
                dryRun,
                reason.text());
    if (answer.isEmpty()) {
      output.note(
          "no %s \"%s\" of %s"
              .formatted(
                  acceptedDomain ? "accepted domain" : "outbound connector", name, organization));
      return 1;
    }
    JsonNode made = answer.get();
    output.print(made, () -> lines(made));
    return 0;
  }

  private static List<String> lines(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    answer.path("changes").forEach(change -> lines.addAll(ChangeText.lines(change)));
    return lines.isEmpty() ? List.of("Nothing to change.") : lines;
  }
}
