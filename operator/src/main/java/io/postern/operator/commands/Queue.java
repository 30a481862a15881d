package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.contracts.QueueId;
import io.postern.operator.api.QueueClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command for controls of mail that waits or is held. */
@Command(
    name = "queue",
    description = {
      "Asks something of mail that waits or is held: hold, release, retry or cancel QUEUE-ID, or flush ROUTE.",
      "The message's trace shows the result."
    },
    mixinStandardHelpOptions = true)
public final class Queue implements Callable<Integer> {
  private static final String FLUSH = "flush";
  private static final List<String> ACTIONS = List.of("hold", "release", "retry", "cancel");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption output = new OutputOption();

  @Parameters(
      index = "0",
      paramLabel = "ACTION",
      description = "hold, release, retry, cancel or flush")
  private String action = "";

  @Parameters(
      index = "1",
      paramLabel = "QUEUE-ID|ROUTE",
      description = "as in the reply to the message; a route as its trace names it")
  private String subject = "";

  @Option(
      names = "--recipient",
      paramLabel = "INDEX",
      description = "only this recipient, counted from 0 in the order of the envelope; repeatable")
  private List<Integer> recipients = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @param recipients none: all
   * @param controlId stands in the outcomes that answer it
   * @param service the asked service
   */
  record Result(
      String action, String subject, List<Integer> recipients, String controlId, String service) {}

  @Override
  public Integer call() throws Exception {
    if (!action.equals(FLUSH) && !ACTIONS.contains(action)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "write hold, release, retry, cancel or flush, not " + action);
    }
    ServiceApi policy = connection.installation().policy();
    QueueClient client = new QueueClient(policy);
    String control =
        action.equals(FLUSH)
            ? client.flush(subject)
            : client.control(QueueId.parse(subject), action, recipients);
    output.print(
        new Result(action, subject, recipients, control, policy.toString()),
        () -> List.of("postern: asked for, as " + control + " (" + policy + ")"));
    return 0;
  }
}
