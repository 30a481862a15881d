package io.postern.operator.commands.search;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.contracts.QueueId;
import io.postern.contracts.RefusalReference;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.api.ExplainClient;
import io.postern.operator.commands.explain.PrintedExplanation;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command that says why a message or refusal went as it did. */
@Command(
    name = "why",
    description = {
      "Shows the trace of a message, or a refusal, with the reason for each decision.",
      "With --now: each current connector with each of its conditions, expected and actual.",
      "Exit code 1: no such message or refusal."
    },
    mixinStandardHelpOptions = true)
public final class Why implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      paramLabel = "QUEUE-ID|REFERENCE",
      description =
          "as in the reply to the sender: 250 … queued as ID, 550 … (reference 0Z7K-31QF)")
  private String id = "";

  @Option(names = "--now", description = "decides it again with the current connectors")
  private boolean now;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    boolean message = isQueueId(id);
    String reference = message ? "" : reference();
    Installation installation = connection.installation();
    if (now) {
      Map<String, String> mail = message ? Map.of("queueId", id) : Map.of("reference", reference);
      PrintedExplanation.print(output, new ExplainClient(installation.policy()), mail);
      return 0;
    }
    ConsoleClient console = new ConsoleClient(installation.console());
    Optional<JsonNode> found = console.one(message ? "/messages/" + id : "/refusals/" + reference);
    if (found.isEmpty()) {
      output.note(
          "there is no "
              + (message ? "message" : "refusal")
              + " "
              + id
              + ", or the read model has not read it yet");
      return 1;
    }
    output.print(
        found.get(), () -> message ? LifeText.lines(found.get()) : RefusalText.lines(found.get()));
    return 0;
  }

  private static boolean isQueueId(String id) {
    try {
      QueueId.parse(id);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private String reference() {
    try {
      return RefusalReference.parse(id);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "\""
              + id
              + "\" is neither a queue id (21 letters and digits) nor a reference (0Z7K-31QF)",
          e);
    }
  }
}
