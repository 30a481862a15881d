package io.postern.stack.commands;

import io.postern.operator.api.AccessClient;
import io.postern.stack.LocalStack;
import io.postern.stack.Progress;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.example.RunningExample;
import io.postern.stack.warm.TrainingProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The default command: starts everything, sends the samples where the example directory is in
 * force, and stays up until Ctrl-C.
 */
public class Up implements Callable<Integer> {
  private static final Duration CONSOLE_LIMIT = Duration.ofSeconds(60);

  @Mixin private StartOptions start = new StartOptions();

  @Option(
      names = "--no-warm",
      description =
          "does not create missing AOT caches in the background (./run warm creates them)")
  private boolean noWarm;

  @Option(
      names = "--without",
      paramLabel = "SERVICE",
      description =
          "starts all but this service, writes its settings to target/dev and waits for it: make dev SERVICE=... runs it")
  private List<String> without = List.of();

  @Override
  public Integer call() throws Exception {
    Progress progress = new Progress();
    RunningExample example = start.start(true, Size.fitting(), elsewhere(), progress);
    CountDownLatch closed = closeAtExit(example);
    progress.say("mail is taken at 127.0.0.1:" + example.stack().smtpPort());
    example.startConsole();
    if (start.directory == null) {
      Samples.run(example, Samples.defaultFolder());
    }
    progress.say(
        "administration at http://127.0.0.1:"
            + example.stack().apiPort(Service.POLICY)
            + "/api/v1/directory, user and password in "
            + start.state.open().credentials());
    if (!example.stack().replicas(Service.CONSOLE).isEmpty()) {
      progress.say("the console is at " + console(example.stack()));
    }
    progress.say(
        "arriving mail is in " + start.state.open().received("") + "; Ctrl-C stops everything");
    if (!noWarm) {
      TrainingProcess.startIfDue(StateOption.home(), progress::say);
    }
    closed.await();
    return 0;
  }

  private Set<Service> elsewhere() {
    return without.stream().map(Service::named).collect(Collectors.toSet());
  }

  /** With a link that signs in once; without one where the service is not there in time. */
  private static String console(LocalStack stack) throws InterruptedException {
    String at = "http://127.0.0.1:" + stack.apiPort(Service.CONSOLE);
    try {
      stack.awaitReady(Service.CONSOLE, CONSOLE_LIMIT);
      return at
          + new AccessClient(stack.api(Service.CONSOLE)).signInLink()
          + " (signs you in once, within ten minutes)";
    } catch (IOException | IllegalStateException e) {
      return at + ", not started yet (" + e.getMessage() + ")";
    }
  }

  /**
   * Ctrl-C and SIGTERM end the children in order; whatever else ends this process ends them by
   * their pipes.
   */
  static CountDownLatch closeAtExit(RunningExample example) {
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    example.close();
                  } catch (Exception e) {
                    System.err.println("postern: stopping: " + e.getMessage());
                  } finally {
                    closed.countDown();
                  }
                },
                "stop"));
    return closed;
  }
}
