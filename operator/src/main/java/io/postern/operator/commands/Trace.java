package io.postern.operator.commands;

import io.postern.contracts.QueueId;
import io.postern.log.LogSettings;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.trace.MailTrace;
import io.postern.operator.trace.TracePrinter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One message's way, or why one was refused, read from the topics. */
@Command(
    name = "trace",
    description =
        "Shows a message's way: accepted, connector, next hop, TLS required and achieved, verdict, outcome.",
    mixinStandardHelpOptions = true)
public final class Trace implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "QUEUE-ID", description = "as in the reply to the message")
  private String queueId = "";

  @Option(names = "--why", description = "also every connector that was looked at")
  private boolean why;

  @Override
  public Integer call() throws Exception {
    LogSettings kafka = connection.installation().kafka();
    MailTrace trace = MailTrace.read(kafka, QueueId.parse(queueId));
    new TracePrinter(why).lines(trace).forEach(System.out::println);
    return trace.accepted() == null ? 1 : 0;
  }
}
