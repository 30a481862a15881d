package io.postern.operator.commands;

import io.postern.contracts.QueueId;
import io.postern.operator.api.QueueClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What may be asked of mail that waits or is held. */
@Command(
    name = "queue",
    description = {
      "Asks something of mail that waits or is held: hold, release, retry or cancel QUEUE-ID, or flush ROUTE.",
      "What became of it is in the message's trace."
    },
    mixinStandardHelpOptions = true)
public final class Queue implements Callable<Integer> {
  private static final String FLUSH = "flush";
  private static final List<String> ACTIONS = List.of("hold", "release", "retry", "cancel");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "ACTION")
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

  @Override
  public Integer call() throws Exception {
    if (!action.equals(FLUSH) && !ACTIONS.contains(action)) {
      System.err.println("postern: write hold, release, retry, cancel or flush, not " + action);
      return 2;
    }
    ServiceApi policy = connection.installation().policy();
    QueueClient client = new QueueClient(policy);
    String control =
        action.equals(FLUSH)
            ? client.flush(subject)
            : client.control(QueueId.parse(subject), action, recipients);
    System.out.println("postern: asked for, as " + control + " (" + policy + ")");
    return 0;
  }
}
