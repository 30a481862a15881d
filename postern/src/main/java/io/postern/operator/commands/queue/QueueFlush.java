package io.postern.operator.commands.queue;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.QueueClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that retries all that waits for a route. */
@Command(
    name = "flush",
    description = "Retries all queued mail for a route immediately.",
    mixinStandardHelpOptions = true)
final class QueueFlush implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Parameters(paramLabel = "ROUTE", description = "a name from `queue groups --by route`")
  private String route = "";

  /**
   * @param controlId stands in the outcomes that answer it
   * @param service the asked service
   */
  record Result(String route, String controlId, String service) {}

  @Override
  public Integer call() throws Exception {
    ServiceApi policy = connection.installation().policy();
    String control = new QueueClient(policy).flush(route);
    output.print(
        new Result(route, control, policy.toString()),
        () -> List.of("postern: accepted (control ID " + control + ", " + policy + ")"));
    return 0;
  }
}
