package io.postern.operator.commands.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.InputFile;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ProblemText;
import io.postern.operator.api.WhatIfClient;
import io.postern.operator.commands.ProgressBar;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.connection.Variables;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that compares a draft of connectors with the mail of the last days. */
@Command(
    name = "what-if",
    description = {
      "Compares a draft of connectors with recent mail: mail that would have been refused, "
          + "accepted, or routed differently.",
      "Changes nothing. Ctrl-C cancels the comparison. Exit code 1: more mail would be refused or "
          + "held than now, or the draft has errors."
    },
    mixinStandardHelpOptions = true)
public final class WhatIf implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();

  @Parameters(
      paramLabel = "FILE",
      description =
          "a directory file, or with --organization some of its objects, such as "
              + "inboundConnectors:; - is standard input")
  private Path file = Path.of("");

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description =
          "FILE has objects of this organization; they replace those with the same names, the "
              + "others stay")
  private @Nullable String organization;

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      description = "how far back, 1 to 7 (default: ${DEFAULT-VALUE})")
  private int days = 7;

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    WhatIfClient client = new WhatIfClient(installation.policy());
    String draft = Variables.fill(InputFile.text(file), installation.variables());
    JsonNode begun = client.start(draft, organization, days);
    if (begun.path("status").asInt() == 422) {
      if (output.isJson()) {
        output.print(begun, List::of);
      } else {
        output.note(file + ": " + ProblemText.of(begun));
      }
      return 1;
    }
    JsonNode result;
    try (ProgressBar bar = new ProgressBar("what-if")) {
      FollowedComparison followed =
          new FollowedComparison(
              client, begun.path("id").asText(), output.isJson() ? (s, done, all) -> {} : bar::at);
      result = followed.result();
    }
    output.print(result, () -> WhatIfText.lines(result), () -> WhatIfText.table(result));
    return WhatIfText.keepsMailBack(result) ? 1 : 0;
  }
}
