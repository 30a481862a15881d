package io.postern.stack.warm;

import io.postern.programs.AotCache;
import io.postern.programs.JavaProgram;
import io.postern.programs.KafkaBroker;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program of a stack, and the cache that it gets.
 *
 * @param name of the service, or broker
 */
record TrainedProgram(String name, AotCache cache) {
  static final String BROKER = "broker";

  /** Broker and services as a stack with these processes starts them. */
  static List<TrainedProgram> all(Path home, Processes processes) {
    List<TrainedProgram> all = new ArrayList<>();
    all.add(of(BROKER, KafkaBroker.program(processes.broker()), KafkaBroker.cacheFolder()));
    all.addAll(services(home, processes));
    return all;
  }

  static List<TrainedProgram> services(Path home, Processes processes) {
    return Arrays.stream(Service.values())
        .map(
            service ->
                of(
                    service.module(),
                    LocalStack.program(home, processes, service),
                    service.cacheFolder(home)))
        .toList();
  }

  private static TrainedProgram of(String name, JavaProgram program, Path folder) {
    return new TrainedProgram(
        name,
        AotCache.of(program, folder)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        name + " cannot have an AOT cache: its class path has a folder")));
  }

  /** The record of its training run, in the folder of the run. */
  Path configuration(Path folder) {
    return folder.resolve(name + ".aotconf");
  }

  /** The processes, each with the flags that record. */
  static Processes recording(Processes processes, Path folder) {
    Processes all =
        processes.broker(
            processes.broker().withMore(AotCache.record(folder.resolve(BROKER + ".aotconf"))));
    for (Service service : Service.values()) {
      all = all.flags(service, AotCache.record(folder.resolve(service.module() + ".aotconf")));
    }
    return all;
  }
}
