package io.postern.stack.commands;

import io.postern.stack.Processes;
import io.postern.stack.Progress;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.StateFolder;
import io.postern.stack.example.DirectoryFile;
import io.postern.stack.example.RunningExample;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The common options of the commands that start a stack. */
final class StartOptions {
  @Mixin StateOption state = new StateOption();

  @Option(
      names = "--smtp-port",
      paramLabel = "PORT",
      description = "SMTP port (default: 2525 if free, else a free port that is remembered)")
  int smtpPort;

  @Option(
      names = "--directory",
      paramLabel = "FILE",
      description = "directory file for a new state (default: the output of ./run example)")
  @Nullable Path directory;

  @Option(
      names = "--anchors",
      paramLabel = "PEM",
      description = "more trust anchors for the default set")
  @Nullable Path anchors;

  @Option(
      names = "--brokers",
      paramLabel = "NUMBER",
      description =
          "Kafka brokers of a new state: 1, or 3 with three copies of each record (default: 1)")
  int brokers;

  @Option(
      names = "--scale",
      paramLabel = "SERVICE=NUMBER",
      description = "replicas of a service, such as delivery-service=2 (default: one of each)")
  Map<String, Integer> scale = Map.of();

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description =
          "memory and compiler of the JVMs: small, server or large, for 100,000 connectors (default: server where the machine has 3 GB, for a demo small)")
  @Nullable Size size;

  /**
   * @param withConsole unless --scale says how many
   * @param usual the size, unless --size says it
   * @param elsewhere services that other programs run
   */
  RunningExample start(boolean withConsole, Size usual, Set<Service> elsewhere, Progress progress)
      throws Exception {
    StateFolder folder = state.open();
    Processes asked =
        Processes.of(size == null ? usual : size)
            .brokers(folder.brokers(brokers))
            .replicas(replicas())
            .elsewhere(elsewhere);
    DirectoryFile file =
        directory == null ? DirectoryFile.example() : DirectoryFile.read(directory);
    return RunningExample.start(
        StateOption.home(),
        folder,
        smtpPort,
        file,
        anchors,
        withConsole ? asked.withConsole() : asked,
        progress);
  }

  private Map<Service, Integer> replicas() {
    Map<Service, Integer> replicas = new EnumMap<>(Service.class);
    scale.forEach((name, count) -> replicas.put(Service.named(name), count));
    return replicas;
  }
}
