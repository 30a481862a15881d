package io.postern.stack.load;

import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sends mail to a relay and says how quickly it was accepted and delivered, and what it cost. */
@Command(
    name = "load",
    description = {
      "Sends mail to a relay on this machine, and prints a line a run:",
      "messages a second accepted, time from the end of data to the reply; with --sink",
      "what came out there, with --cpu-of the CPU that the relay used."
    },
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
  private static final int FOREVER = 1_000_000_000;

  enum Tls {
    STARTTLS,
    NONE
  }

  @Option(names = "--host", description = "a loopback address (default: ${DEFAULT-VALUE})")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      split = ",",
      description =
          "the relay's; several: of its replicas, sessions in turn (default: ${DEFAULT-VALUE})")
  private List<Integer> ports = List.of(2525);

  @Option(names = "--tls", description = "starttls or none (default: ${DEFAULT-VALUE})")
  private Tls tls = Tls.STARTTLS;

  @Option(names = "--no-pipelining", description = "a command at a time")
  private boolean noPipelining;

  @Option(names = "--chunking", description = "BDAT instead of DATA, where the relay offers it")
  private boolean chunking;

  @Option(
      names = "--connections",
      split = ",",
      description =
          "open at once; several values of this and the next two give a run each (default: ${DEFAULT-VALUE})")
  private List<Integer> connections = List.of(10);

  @Option(
      names = "--per-session",
      split = ",",
      description = "messages of a session, 0: all (default: ${DEFAULT-VALUE})")
  private List<Integer> perSession = List.of(100);

  @Option(
      names = "--size",
      split = ",",
      description = "octets of a message with its header (default: ${DEFAULT-VALUE})")
  private List<Integer> sizes = List.of(10_240);

  @Option(names = "--messages", description = "of a run (default: as many as go in --seconds)")
  private int messages;

  @Option(names = "--seconds", description = "of a run (default: 5, or as long as --messages need)")
  private double seconds;

  @Option(names = "--rate", description = "messages a second (default: as many as are accepted)")
  private double rate;

  @Option(names = "--runs", description = "of each kind (default: ${DEFAULT-VALUE})")
  private int runs = 1;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "before the first run, with each value of --per-session; not measured")
  private int warmUp;

  @Option(
      names = "--recipient-domains",
      split = ",",
      description = "in turn (default: ${DEFAULT-VALUE})")
  private List<String> recipientDomains = List.of("example.com");

  @Option(
      names = "--sink",
      paramLabel = "PORT",
      description = "control port of the sink: waits until all has arrived there")
  private int sinkPort;

  @Option(
      names = "--cpu-of",
      paramLabel = "PID",
      description = "of the relay: its CPU with that of all processes below it")
  private long relay;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "of a run, and again of the wait for the sink (default: ${DEFAULT-VALUE})")
  private int timeout = 120;

  @Option(names = "--table", description = "prints medians as a Markdown table at the end")
  private boolean table;

  @Override
  public Integer call() throws Exception {
    List<InetSocketAddress> to = new ArrayList<>();
    for (int port : ports) {
      to.add(Transport.loopback(host, port));
    }
    SinkClient sink =
        sinkPort == 0 ? null : new SinkClient(URI.create("http://127.0.0.1:" + sinkPort));
    List<List<Measurement>> all = new ArrayList<>();
    NioEventLoopGroup group = Transport.group("load");
    String id = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "r";
    int number = 0;
    for (int each : warmUp > 0 ? perSession : List.<Integer>of()) {
      number++;
      LoadOptions options =
          options(to, sizes.getFirst(), each, connections.getFirst())
              .messages(FOREVER, Duration.ofSeconds(warmUp));
      LoadResult result = LoadRun.run(options, id + number, group);
      if (sink != null) {
        var _ = awaitArrivals(sink, result);
      }
    }
    for (int size : sizes) {
      for (int each : perSession) {
        for (int open : connections) {
          List<Measurement> same = new ArrayList<>();
          for (int i = 0; i < runs; i++) {
            number++;
            Measurement measured = measure(options(to, size, each, open), id + number, group, sink);
            System.out.println(measured.line());
            same.add(measured);
          }
          all.add(same);
        }
      }
    }
    if (table) {
      System.out.println();
      System.out.print(Measurement.table(all));
    }
    return all.stream().flatMap(List::stream).allMatch(Measurement::good) ? 0 : 1;
  }

  private LoadOptions options(List<InetSocketAddress> to, int size, int each, int open) {
    double most = seconds > 0 ? seconds : messages > 0 ? timeout : 5;
    return new LoadOptions(
        to,
        tls == Tls.STARTTLS,
        !noPipelining,
        chunking,
        open,
        each,
        size,
        messages > 0 ? messages : FOREVER,
        Duration.ofMillis((long) (1000 * most)),
        rate,
        recipientDomains,
        Duration.ofSeconds(timeout));
  }

  private Measurement measure(
      LoadOptions options, String id, NioEventLoopGroup group, @Nullable SinkClient sink)
      throws IOException, InterruptedException, ExecutionException {
    double machine = ProcessTree.machine();
    double used = relay == 0 ? 0 : ProcessTree.cpu(relay);
    double before = sink == null ? 0 : sink.count(id).cpu();
    long start = Times.now();
    LoadResult result = LoadRun.run(options, id, group);
    Arrivals arrivals = sink == null ? null : awaitArrivals(sink, result);
    double cpu = relay == 0 ? 0 : ProcessTree.cpu(relay) - used;
    double sinkCpu = sink == null ? 0 : sink.count(id).cpu() - before;
    double others = ProcessTree.machine() - machine - cpu - result.cpu() - sinkCpu;
    return Measurement.of(
        options, result, arrivals, cpu, sinkCpu, others / ((Times.now() - start) / 1e6));
  }

  /** All that the relay has accepted, or what there is when the time is over. */
  private Arrivals awaitArrivals(SinkClient sink, LoadResult result)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
    while (sink.count(result.id()).arrived() < result.accepted() && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return sink.arrivals(result.id());
  }
}
