package io.postern.stack.commands;

import io.postern.stack.LocalStack;
import io.postern.stack.RunningStack;
import io.postern.stack.Service;
import io.postern.stack.trace.MailCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Counts from the topics, and each service's health; with {@code --audit} the account of every
 * recipient instead.
 */
@Command(
    name = "status",
    description =
        "Shows how many recipients are in which state, and whether each service is ready; --audit accounts for every recipient.",
    mixinStandardHelpOptions = true)
public final class Status implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Option(
      names = "--audit",
      description = {
        "accounts for every recipient from the topics and the services' positions:",
        "exit code 0 clean, 1 a finding, 2 wrong arguments, 3 the log could not be read in time"
      })
  private boolean audit;

  @Mixin private AuditArguments arguments = new AuditArguments();

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      description =
          "with --audit: its memory; 130 MB for a million recipients (default: ${DEFAULT-VALUE})")
  private String heap = "1g";

  @Override
  public Integer call() throws Exception {
    if (audit) {
      return audit();
    }
    RunningStack running = state.running();
    boolean allReady = true;
    for (Service service : Service.values()) {
      for (Map.Entry<String, Integer> replica : running.httpPorts(service).entrySet()) {
        boolean ready = LocalStack.ready(replica.getValue());
        allReady &= ready;
        System.out.printf("%-20s %s%n", replica.getKey(), ready ? "ready" : "NOT READY");
      }
    }
    System.out.printf(
        "our certificates     http://127.0.0.1:%d/certificates%n",
        running.httpPort(Service.CERTIFICATE));
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

  private int audit() throws InterruptedException {
    if (!heap.matches("[1-9][0-9]*[kKmMgG]?")) {
      System.err.println("postern: --heap: \"" + heap + "\" is no size; write one like 512m or 2g");
      return AuditExit.USAGE;
    }
    String bootstrap;
    try {
      bootstrap = state.running().bootstrap();
    } catch (IllegalStateException e) {
      System.err.println("postern: " + e.getMessage());
      return AuditExit.NOT_ASKED;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-XX:+UseSerialGC");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(AuditMain.class.getName(), "--bootstrap", bootstrap));
    command.addAll(List.of("--look-again-after", Integer.toString(arguments.lookAgainAfter)));
    command.addAll(List.of("--stuck-after", Integer.toString(arguments.stuckAfter)));
    command.addAll(List.of("--patience", Integer.toString(arguments.patience)));
    if (arguments.all) {
      command.add("--all");
    }
    if (arguments.json) {
      command.add("--json");
    }
    Process process;
    try {
      process = new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      System.err.println("postern: the audit's JVM could not be started: " + e.getMessage());
      return AuditExit.NOT_ASKED;
    }
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }
}
