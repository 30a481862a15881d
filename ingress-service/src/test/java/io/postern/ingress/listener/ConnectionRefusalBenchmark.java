package io.postern.ingress.listener;

import io.postern.ingress.RawClient;
import io.postern.ingress.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Not a test: CPU of connections that are refused, by hand. Without arguments it runs the server
 * and starts itself again as the load ({@code load PORT SECONDS}): twelve addresses that connect,
 * wait for the end and connect again.
 */
final class ConnectionRefusalBenchmark {
  private static final int ADDRESSES = 12;
  private static final int SECONDS = 10;

  private ConnectionRefusalBenchmark() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      load(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      return;
    }
    List<RawClient> holders = new ArrayList<>();
    try (TestServer server =
        TestServer.withoutLog(
            s -> {
              s.mostConnections = 1_000;
              s.mostPerAddress = 1;
            })) {
      for (int i = 1; i <= ADDRESSES; i++) {
        holders.add(RawClient.greetedFrom("127.0.2." + i, server.port()));
      }
      for (int round = 0; round < Integer.getInteger("rounds", 3); round++) {
        measure(server);
      }
      for (RawClient holder : holders) {
        holder.close();
      }
    }
  }

  private static void measure(TestServer server) throws Exception {
    double count = refused(server);
    long[] ticks = ticks();
    Process load =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                ConnectionRefusalBenchmark.class.getName(),
                "load",
                Integer.toString(server.port()),
                Integer.toString(SECONDS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String replies = new String(load.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    load.waitFor();
    double done = refused(server) - count;
    long[] now = ticks();
    System.out.printf(
        "%,.0f connections a second, %s with a reply; us each: %.1f user, %.1f system%n",
        done / SECONDS,
        replies,
        (now[0] - ticks[0]) * 1e4 / done,
        (now[1] - ticks[1]) * 1e4 / done);
  }

  private static double refused(TestServer server) {
    return server.count("postern.ingress.connections", "result", "address-limit");
  }

  /** CPU of this process, user and system, in hundredths of a second (proc(5)). */
  private static long[] ticks() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new long[] {Long.parseLong(fields[11]), Long.parseLong(fields[12])};
  }

  private static void load(int port, int seconds) throws Exception {
    AtomicLong replies = new AtomicLong();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i <= ADDRESSES; i++) {
      InetSocketAddress from = new InetSocketAddress("127.0.2." + i, 0);
      threads.add(Thread.ofVirtual().start(() -> connect(port, from, end, replies)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.print(replies.get());
  }

  private static void connect(int port, InetSocketAddress from, long end, AtomicLong replies) {
    InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    ByteBuffer reply = ByteBuffer.allocate(512);
    while (System.nanoTime() - end < 0) {
      try (SocketChannel channel = SocketChannel.open()) {
        channel.bind(from);
        channel.connect(to);
        if (channel.read(reply.clear()) > 0) {
          replies.incrementAndGet();
          channel.read(reply.clear());
        }
      } catch (IOException reset) {
        // as the server has it
      }
    }
  }
}
