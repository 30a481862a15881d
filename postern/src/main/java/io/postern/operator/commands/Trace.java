package io.postern.operator.commands;

import io.postern.commandline.OutputOption;
import io.postern.contracts.QueueId;
import io.postern.log.LogSettings;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.trace.MailTrace;
import io.postern.operator.trace.TraceJson;
import io.postern.operator.trace.TracePrinter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that shows one message's way, read from the topics. */
@Command(
    name = "trace",
    description = {
      "Shows the trace of a message: accepted, connector, next hop, TLS required and achieved, "
          + "verdict, outcome.",
      "Exit code 0: found, 1: no such message."
    },
    mixinStandardHelpOptions = true)
public final class Trace implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<TraceJson.Message> output = new OutputOption<>();

  @Parameters(paramLabel = "QUEUE-ID", description = "as in the reply to the message")
  private String queueId = "";

  @Option(names = "--why", description = "also every connector that was evaluated")
  private boolean why;

  @Override
  public Integer call() throws Exception {
    LogSettings kafka = connection.installation().kafka();
    QueueId id = QueueId.parse(queueId);
    MailTrace trace = MailTrace.read(kafka, id);
    output.print(TraceJson.of(id, trace, why), () -> new TracePrinter(why).lines(trace));
    return trace.accepted() == null ? 1 : 0;
  }
}
