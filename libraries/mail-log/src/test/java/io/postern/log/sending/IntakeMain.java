package io.postern.log.sending;

import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import io.postern.log.Mail;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * What taking messages in costs, at a broker of its own: {@code IntakeMain FOLDER CASE...}, a case
 * being CALLERSxBYTESxMESSAGES, several joined by + run beside each other; {@code IntakeMain /tmp/x
 * 10x10000x20000 10x1000000x1000 8x10000x8000+2x1000000x400}. Each caller sends its next message
 * when the last is accepted. Each case runs twice; the second run is told: rate, waits, CPU of
 * broker and caller a message, and then a third under strace for the syncs a message.
 */
final class IntakeMain {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private IntakeMain() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
    String[] flags = System.getProperty("broker.flags", "").split(" ", -1);
    BrokerSettings settings = BrokerSettings.server();
    if (flags.length > 1) {
      settings = settings.withJvm(flags);
    }
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"), settings)) {
      LogSettings log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
      TopicsSetup.createOrVerify(log, Deployment.singleNode(4));
      try (MessageLog messages = new MessageLog(log, 4, PATIENCE)) {
        for (String name : List.of(args).subList(1, args.length)) {
          List<Load> loads = Arrays.stream(name.split("\\+", -1)).map(Load::of).toList();
          run(messages, loads);
          long cpu = cpu(broker.pid());
          long own = cpu(ProcessHandle.current().pid());
          long start = System.nanoTime();
          List<long[]> waits = run(messages, loads);
          double seconds = (System.nanoTime() - start) / 1e9;
          int count = waits.stream().mapToInt(w -> w.length).sum();
          System.out.printf(
              "%s: %.0f/s, CPU a message: broker %.0f us, caller %.0f us%n",
              name,
              count / seconds,
              (cpu(broker.pid()) - cpu) / 1e3 / count,
              (cpu(ProcessHandle.current().pid()) - own) / 1e3 / count);
          for (int i = 0; i < loads.size(); i++) {
            long[] sorted = waits.get(i);
            Arrays.sort(sorted);
            System.out.printf(
                "  %d bytes: p50 %.1f ms, p99 %.1f ms%n",
                loads.get(i).bytes(),
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6);
          }
          syncs(folder, broker.pid(), () -> run(messages, loads), count);
        }
      }
    }
  }

  private record Load(int callers, int bytes, int messages) {
    static Load of(String text) {
      String[] parts = text.split("x", -1);
      return new Load(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }
  }

  private static List<long[]> run(MessageLog messages, List<Load> loads) throws Exception {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<long[]> waits = loads.stream().map(load -> new long[load.messages()]).toList();
      List<Future<Void>> all =
          IntStream.range(0, loads.size())
              .boxed()
              .flatMap(
                  i -> {
                    Load load = loads.get(i);
                    byte[] content = Mail.bytes(new Random(1), load.bytes());
                    AtomicInteger next = new AtomicInteger();
                    return IntStream.range(0, load.callers())
                        .mapToObj(
                            _ ->
                                callers.<Void>submit(
                                    () -> {
                                      int number = next.getAndIncrement();
                                      for (; number < load.messages(); ) {
                                        long start = System.nanoTime();
                                        var unused = Mail.send(messages, content);
                                        waits.get(i)[number] = System.nanoTime() - start;
                                        number = next.getAndIncrement();
                                      }
                                      return null;
                                    }));
                  })
              .toList();
      for (Future<Void> one : all) {
        one.get();
      }
      return waits;
    }
  }

  private interface Work {
    Object run() throws Exception;
  }

  private static void syncs(Path folder, long pid, Work work, int count) throws Exception {
    Path out = folder.resolve("strace");
    Process strace =
        new ProcessBuilder(
                "strace",
                "-f",
                "-c",
                "-U",
                "name,calls",
                "-e",
                "trace=fsync,fdatasync,msync",
                "-o",
                out.toString(),
                "-p",
                Long.toString(pid))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (strace.waitFor(2, TimeUnit.SECONDS)) {
      System.out.println("  strace ended with " + strace.exitValue());
      return;
    }
    work.run();
    strace.destroy();
    strace.waitFor();
    for (String line : Files.readAllLines(out)) {
      String[] words = line.strip().split(" +", -1);
      if (words.length == 2 && words[0].endsWith("sync")) {
        System.out.printf("  %s: %.2f a message%n", words[0], Double.parseDouble(words[1]) / count);
      }
    }
  }

  private static long cpu(long pid) {
    return ProcessHandle.of(pid).orElseThrow().info().totalCpuDuration().orElseThrow().toNanos();
  }
}
