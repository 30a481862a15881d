package io.postern.stack.commands;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.MessageRefused;
import io.postern.stack.trace.MailTrace;
import io.postern.stack.trace.RefusalLookup;
import io.postern.stack.trace.TracePrinter;
import java.util.List;
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
  private static final int LONGEST_REFERENCE = 12; // hyphen and slips included; a queue id has 21

  @Mixin private StateOption state = new StateOption();

  @Parameters(
      paramLabel = "QUEUE-ID",
      description = "as in the reply to the message; or the reference in the reply of a refusal")
  private String id = "";

  @Option(names = "--why", description = "also every connector that was looked at")
  private boolean why;

  @Override
  public Integer call() throws Exception {
    String bootstrap = state.running().bootstrap();
    if (id.length() <= LONGEST_REFERENCE) {
      List<MessageRefused> records = RefusalLookup.find(bootstrap, id);
      new TracePrinter(why).lines(records).forEach(System.out::println);
      return records.isEmpty() ? 1 : 0;
    }
    MailTrace trace = MailTrace.read(bootstrap, QueueId.parse(id));
    new TracePrinter(why).lines(trace).forEach(System.out::println);
    return trace.accepted() == null ? 1 : 0;
  }
}
