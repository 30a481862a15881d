package io.postern.stack.commands;

import io.postern.stack.RunningStack;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Ends the stack that runs with the state folder, and waits for its end. */
@Command(
    name = "stop",
    description = "Stops the installation that runs with the state folder.",
    mixinStandardHelpOptions = true)
public final class Stop implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws Exception {
    RunningStack running = state.running();
    running.process().destroy();
    running.process().onExit().get(60, TimeUnit.SECONDS);
    System.out.println("postern: stopped");
    return 0;
  }
}
