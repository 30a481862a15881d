package io.postern.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A listening socket on loopback, and virtual threads that run both sides; ends everything that it
 * made.
 */
final class Wire implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  static {
    Leaks.watch();
  }

  interface Side<T> {
    T run(SmtpConnection connection) throws Exception;
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServerSocketChannel listener;
  private final List<AutoCloseable> more = new ArrayList<>();

  Wire() throws IOException {
    listener =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
  }

  InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  <T extends AutoCloseable> T closing(T resource) {
    more.add(resource);
    return resource;
  }

  <T> Future<T> run(Callable<T> task) {
    return threads.submit(task);
  }

  /** Accepts one connection and runs this side of it. */
  <T> Future<T> accept(Side<T> side) {
    return run(
        () -> {
          try (SmtpConnection connection = SmtpConnection.accepted(listener.accept())) {
            connection.readTimeout(PATIENCE);
            return side.run(connection);
          }
        });
  }

  <T> Future<T> connect(Side<T> side) throws IOException {
    return connect(address(), side);
  }

  <T> Future<T> connect(InetSocketAddress to, Side<T> side) {
    return run(
        () -> {
          try (SmtpConnection connection = SmtpConnection.connect(to, null, PATIENCE)) {
            connection.readTimeout(PATIENCE);
            return side.run(connection);
          }
        });
  }

  /** The result; throws the exception of the side. */
  static <T> T get(Future<T> future) throws Exception {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new AssertionError("hangs", e);
    }
  }

  static void say(SmtpConnection connection, String line) throws IOException {
    connection.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    connection.flush();
  }

  static String hear(SmtpConnection connection) throws IOException {
    return new String(connection.readLine(2048), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws Exception {
    listener.close();
    threads.shutdownNow();
    if (!threads.awaitTermination(20, TimeUnit.SECONDS)) {
      throw new AssertionError("a side of the connection does not end");
    }
    for (AutoCloseable resource : more) {
      resource.close();
    }
  }
}
