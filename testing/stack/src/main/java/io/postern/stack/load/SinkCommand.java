package io.postern.stack.load;

import io.postern.lab.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes mail until it is ended, and prints one line of totals then. */
@Command(
    name = "sink",
    description = {
      "Takes every message, looks whether it is whole, counts it and forgets it.",
      "Prints a line of totals at its end; http://127.0.0.1:CONTROL/totals gives it before."
    },
    mixinStandardHelpOptions = true)
final class SinkCommand implements Callable<Integer> {
  private static final int HOSTS_A_NET = 250;

  @Option(names = "--port", split = ",", description = "one or several (default: ${DEFAULT-VALUE})")
  private List<Integer> ports = List.of(2526);

  @Option(
      names = "--hosts",
      paramLabel = "NUMBER",
      description =
          "number of hosts, at 127.1.0.1, 127.1.0.2 ..., 250 in each net (default: 127.0.0.1)")
  private int hosts;

  @Option(names = "--control", paramLabel = "PORT", description = "default: none")
  private int control;

  @Option(
      names = "--certificate",
      paramLabel = "PEM",
      description = "chain, with its key in NAME.key (default: no STARTTLS)")
  private @Nullable Path certificate;

  @Option(names = "--chunking", description = "offers it")
  private boolean chunking;

  @Option(
      names = "--delay",
      paramLabel = "MILLISECONDS",
      description = "before the reply to a message (default: ${DEFAULT-VALUE})")
  private int delay;

  @Option(
      names = "--lifetime",
      paramLabel = "SECONDS",
      description = "ends by itself then (default: ${DEFAULT-VALUE})")
  private int lifetime = 3_600;

  @Override
  public Integer call() throws Exception {
    Sink sink = new Sink(identity(), chunking, delay);
    for (int port : ports) {
      for (int host = 0; host < Math.max(1, hosts); host++) {
        sink.listen(Transport.loopback(address(host), port));
      }
    }
    if (control != 0) {
      sink.control(Transport.loopback("127.0.0.1", control));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> sayTotals(sink), "totals"));
    System.out.println("ready");
    TimeUnit.SECONDS.sleep(lifetime);
    return 0;
  }

  private String address(int host) {
    return hosts == 0
        ? "127.0.0.1"
        : "127.1." + host / HOSTS_A_NET + "." + (host % HOSTS_A_NET + 1);
  }

  private @Nullable Identity identity() {
    if (certificate == null) {
      return null;
    }
    String name = String.valueOf(certificate.getFileName()).replaceAll("\\.pem$", "");
    return Identity.load(certificate, certificate.resolveSibling(name + ".key"));
  }

  private static void sayTotals(Sink sink) {
    try {
      System.out.print(sink.totals());
      System.out.flush();
    } catch (IOException e) {
      System.err.println("no totals: " + e.getMessage());
    }
  }
}
