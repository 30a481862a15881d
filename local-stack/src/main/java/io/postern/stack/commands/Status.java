package io.postern.stack.commands;

import io.postern.stack.LocalStack;
import io.postern.stack.RunningStack;
import io.postern.stack.Service;
import io.postern.stack.trace.MailCounts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts from the topics, and each service's health. */
@Command(
    name = "status",
    description =
        "Shows how many recipients are in which state, and whether each service is ready.",
    mixinStandardHelpOptions = true)
public final class Status implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws Exception {
    RunningStack running = state.running();
    boolean allReady = true;
    for (Service service : Service.values()) {
      boolean ready = LocalStack.ready(running.httpPort(service));
      allReady &= ready;
      System.out.printf("%-20s %s%n", service.module(), ready ? "ready" : "NOT READY");
    }
    MailCounts counts = MailCounts.read(running.bootstrap());
    System.out.printf("messages accepted    %d%n", counts.messages());
    System.out.printf("recipients           %d%n", counts.recipients());
    System.out.printf("  delivered          %d%n", counts.delivered());
    System.out.printf("  failed             %d%n", counts.failed());
    System.out.printf("  cancelled          %d%n", counts.cancelled());
    System.out.printf(
        "  pending            %d (deferred %d, held %d)%n",
        counts.pending(), counts.deferred(), counts.held());
    System.out.printf("commands refused     %d%n", counts.refused());
    return allReady ? 0 : 1;
  }
}
