package io.postern.e2e;

import io.postern.lab.LogAuthority;
import io.postern.programs.KafkaBroker;
import io.postern.stack.Processes;
import io.postern.stack.Progress;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.StateFolder;
import io.postern.stack.example.DirectoryFile;
import io.postern.stack.example.RunningExample;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The installation that {@code benchmarks/cluster.sh} measures: one broker or three, plain or with
 * mutual TLS, so many replicas of each service of mail, and the console. Arguments: home, state
 * folder, directory file, trust anchors, brokers, {@code tls} or {@code plain}, replicas. Prints
 * the SMTP ports and the brokers' processes when mail is taken, and runs until it is ended.
 */
final class MeasuredClusterMain {
  private static final int SMTP_PORT = 2525;
  private static final String HOST = "127.0.0.1";

  private MeasuredClusterMain() {}

  public static void main(String[] args) throws Exception {
    StateFolder state = new StateFolder(Path.of(args[1]));
    Processes processes =
        Processes.of(Size.SERVER)
            .brokers(state.brokers(Integer.parseInt(args[4])))
            .replicas(each(Integer.parseInt(args[6])))
            .withConsole();
    if (args[5].equals("tls")) {
      LogAuthority authority = new LogAuthority(state.root().resolve("log-authority"));
      processes =
          processes.broker(
              authority.brokers(processes.broker(), authority.client("postern"), HOST));
    }
    RunningExample example =
        RunningExample.start(
            Path.of(args[0]).toAbsolutePath(),
            state,
            SMTP_PORT,
            DirectoryFile.read(Path.of(args[2])),
            Path.of(args[3]),
            processes,
            new Progress());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> LongRun.closeQuietly(example)));
    example.startConsole();
    System.out.println("brokers " + numbers(example.stack().brokers().all(), KafkaBroker::pid));
    List<Replica> ingress = example.stack().replicas(Service.INGRESS);
    System.out.println("mail is taken at " + numbers(ingress, Replica::smtpPort));
    new CountDownLatch(1).await();
  }

  private static Map<Service, Integer> each(int count) {
    Map<Service, Integer> replicas = new EnumMap<>(Service.class);
    for (Service service : Service.values()) {
      replicas.put(service, service == Service.CONSOLE ? 1 : count);
    }
    return replicas;
  }

  private static <T> String numbers(List<T> all, ToLongFunction<T> number) {
    return all.stream()
        .map(each -> Long.toString(number.applyAsLong(each)))
        .collect(Collectors.joining(","));
  }
}
