package io.postern.stack.commands;

import io.postern.contracts.QueueId;
import io.postern.stack.trace.MailTrace;
import io.postern.stack.trace.TracePrinter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One message's way, read from the topics. */
@Command(
    name = "trace",
    description =
        "Shows a message's way: accepted, connector, next hop, TLS required and achieved, verdict, outcome.",
    mixinStandardHelpOptions = true)
public final class Trace implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Parameters(paramLabel = "QUEUE-ID", description = "as in the reply to the message")
  private String queueId = "";

  @Option(names = "--why", description = "also every connector that was looked at")
  private boolean why;

  @Override
  public Integer call() throws Exception {
    MailTrace trace = MailTrace.read(state.running().bootstrap(), QueueId.parse(queueId));
    new TracePrinter(why).lines(trace).forEach(System.out::println);
    return trace.accepted() == null ? 1 : 0;
  }
}
