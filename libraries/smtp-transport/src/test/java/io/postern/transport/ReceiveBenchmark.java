package io.postern.transport;

import com.sun.management.OperatingSystemMXBean;
import io.postern.contracts.v1.TlsVersion;
import io.postern.smtp.CommandParser;
import io.postern.smtp.DataDecoder;
import io.postern.smtp.DotStuffer;
import io.postern.smtp.Reply;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Not a test: CPU of receiving mail over TLS 1.3, by hand. Started without arguments it runs the
 * server and starts itself again as the load ({@code load PORT SESSIONS MESSAGES SIZE} or {@code
 * idle PORT COUNT}). {@code -DreceiveBuffer=OCTETS} sets SO_RCVBUF.
 */
final class ReceiveBenchmark {
  private static final OperatingSystemMXBean OS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private ReceiveBenchmark() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("load")) {
      load(
          Integer.parseInt(args[1]),
          Integer.parseInt(args[2]),
          Integer.parseInt(args[3]),
          Integer.parseInt(args[4]));
      return;
    }
    if (args.length > 0) {
      idle(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      return;
    }
    try (TlsServer tls = new TlsServer(TestCa.EC);
        ServerSocketChannel listener = ServerSocketChannel.open()) {
      Integer receiveBuffer = Integer.getInteger("receiveBuffer"); // null: as the kernel likes
      if (receiveBuffer != null) {
        listener.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
      }
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      AtomicInteger messages = new AtomicInteger();
      Thread.ofVirtual().start(() -> accept(listener, tls, messages));
      measure(port, messages, 200, 100, 10_000); // warm-up
      for (int round = 0; round < Integer.getInteger("rounds", 2); round++) {
        measure(port, messages, 200, 100, 10_000);
        measure(port, messages, 5_000, 1, 10_000);
        measure(port, messages, 50, 100, 100_000);
        measure(port, messages, 10, 50, 1_000_000);
      }
      System.gc();
      long before = resident();
      long heap = heap();
      Process idle = again("idle", port, 2_000);
      while (idle.getInputStream().read() != '!') {
        // until all are open
      }
      System.gc();
      System.out.printf(
          "2000 idle TLS sessions: %.1f KB each resident, of that heap %.1f KB%n",
          (resident() - before) / 2_000.0, (heap() - heap) / 2_000.0 / 1024);
      idle.destroy();
    }
  }

  private static long heap() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long resident() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  private static Process again(Object... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ReceiveBenchmark.class.getName()));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static void measure(int port, AtomicInteger messages, int sessions, int each, int size)
      throws Exception {
    int count = messages.get();
    long cpu = OS.getProcessCpuTime();
    long from = System.nanoTime();
    Process load = again("load", port, sessions, each, size);
    String clientCpu = new String(load.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    load.waitFor();
    double seconds = (System.nanoTime() - from) / 1e9; // the load's start included
    int done = messages.get() - count;
    System.out.printf(
        "%,9d bytes, %3d a session: %6d messages in %.1f s, %.0f us CPU each (server), %.0f (client)%n",
        size,
        each,
        done,
        seconds,
        (OS.getProcessCpuTime() - cpu) / 1000.0 / done,
        Long.parseLong(clientCpu) / 1000.0 / done);
  }

  private static void accept(ServerSocketChannel listener, TlsServer tls, AtomicInteger messages) {
    try {
      while (true) {
        SmtpConnection connection = SmtpConnection.accepted(listener.accept());
        Thread.ofVirtual().start(() -> serve(connection, tls, messages));
      }
    } catch (java.io.IOException e) {
      // closed: the end
    }
  }

  private static void serve(SmtpConnection connection, TlsServer tls, AtomicInteger messages) {
    byte[] ok = Reply.of(250, "2.0.0", "Ok").toBytes();
    try (connection) {
      connection.startTls(tls);
      while (true) {
        if (!connection.inputBuffered()) {
          connection.flush();
        }
        switch (CommandParser.parse(connection.readLine(2048))) {
          case io.postern.smtp.Command.Data data -> {
            connection.write(Reply.of(354, "", "Go on").toBytes());
            connection.flush();
            DataDecoder decoder = new DataDecoder();
            while (!decoder.ended()) {
              if (connection.fill() < 0) {
                return;
              }
              decoder.decode(connection.input());
            }
            messages.incrementAndGet();
            connection.write(ok);
          }
          case io.postern.smtp.Command.Quit quit -> {
            connection.write(ok);
            return;
          }
          default -> connection.write(ok);
        }
      }
    } catch (java.io.IOException | io.postern.smtp.SmtpSyntaxException e) {
      // the load is over
    }
  }

  private static void load(int port, int sessions, int messages, int size) throws Exception {
    byte[] content =
        ("x".repeat(74) + "\r\n").repeat(size / 76).getBytes(StandardCharsets.US_ASCII);
    AtomicInteger left = new AtomicInteger(sessions);
    List<Thread> threads = new ArrayList<>();
    try (TlsClient prototype = new TlsClient(null, TlsVersion.TLS_1_2)) {
      for (int i = 0; i < 10; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      while (left.getAndDecrement() > 0) {
                        // a server name of its own each time: no resumption
                        String name = "s" + left.get() + ".example";
                        send(port, prototype, name, messages, content);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    System.out.print(OS.getProcessCpuTime());
  }

  private static void send(int port, TlsClient tls, String name, int messages, byte[] content) {
    try (SmtpConnection c =
        SmtpConnection.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            null,
            Duration.ofSeconds(5))) {
      c.startTls(tls, name);
      ByteBuffer out = ByteBuffer.allocate(16 * 1024);
      for (int i = 0; i < messages; i++) {
        c.write(
            "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        c.flush();
        for (int k = 0; k < 3; k++) {
          c.readLine(512);
        }
        DotStuffer stuffer = new DotStuffer();
        ByteBuffer in = ByteBuffer.wrap(content);
        while (in.hasRemaining()) {
          stuffer.stuff(in, out.clear());
          c.write(out.flip());
        }
        c.write(stuffer.finish());
        c.flush();
        c.readLine(512);
      }
      c.write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      c.flush();
      c.readLine(512);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void idle(int port, int count) throws Exception {
    CountDownLatch open = new CountDownLatch(count);
    try (TlsClient tls = new TlsClient(null, TlsVersion.TLS_1_2)) {
      for (int i = 0; i < count; i++) {
        Thread.ofVirtual()
            .start(
                () -> {
                  try (SmtpConnection c =
                      SmtpConnection.connect(
                          new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                          null,
                          Duration.ofSeconds(30))) {
                    c.startTls(tls, "mx.example");
                    c.write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
                    c.flush();
                    c.readLine(512);
                    open.countDown();
                    c.readLine(512);
                  } catch (java.io.IOException e) {
                    // ended
                  }
                });
      }
      open.await();
      System.out.print('!');
      System.out.flush();
      Thread.currentThread().join();
    }
  }
}
