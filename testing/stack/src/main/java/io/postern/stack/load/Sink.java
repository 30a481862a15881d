package io.postern.stack.load;

import com.sun.net.httpserver.HttpServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.postern.lab.Identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A mail server that takes every message, looks whether it is whole, counts it and forgets it. It
 * remembers the time of each message of each run, eight octets each.
 *
 * <p>Sessions and counts are on one thread, the event loop's; another one answers at the control
 * port and asks that thread.
 */
final class Sink {
  private static final int BACKLOG = 4_096;

  /** One run of load, as it arrives here. */
  private static final class Run {
    private final Times times = new Times();
    private int arrived;
    private int twice;
    private int damaged;
    private int plain;
  }

  private final EventLoop loop;
  private final ServerBootstrap server;
  private final @Nullable SslContext tls;
  private final boolean chunking;
  private final int delayMillis;
  private final Map<String, Run> runs = new HashMap<>();
  private final Run unnamed = new Run();
  private long octets;
  private int sessions;
  private int open;
  private int mostOpen;
  private int handshakes;
  private int resumed;

  /**
   * @param identity null: STARTTLS is not offered
   * @param chunking whether CHUNKING is offered (RFC 3030)
   * @param delayMillis between a message's end and its reply
   */
  Sink(@Nullable Identity identity, boolean chunking, int delayMillis) throws IOException {
    NioEventLoopGroup group = Transport.group("sink");
    this.loop = group.next();
    this.tls = identity == null ? null : Transport.server(identity);
    this.chunking = chunking;
    this.delayMillis = delayMillis;
    this.server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new SinkSession(Sink.this));
                  }
                });
  }

  void listen(InetSocketAddress address) throws InterruptedException {
    var _ = server.bind(address).sync();
  }

  /** Answers /count?RUN, /arrivals?RUN and /totals. */
  void control(InetSocketAddress address) throws IOException {
    HttpServer http = HttpServer.create(address, 0);
    http.createContext(
        "/",
        exchange -> {
          String run = String.valueOf(exchange.getRequestURI().getQuery());
          String text =
              switch (exchange.getRequestURI().getPath()) {
                case "/count" -> ask(() -> count(run).line());
                case "/arrivals" -> ask(() -> arrivals(run));
                default -> totals();
              };
          byte[] body = text.getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
  }

  private String ask(Callable<String> what) throws IOException {
    try {
      return loop.submit(what).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException(e);
    }
  }

  private Arrivals.Count count(String run) {
    Run of = runs.getOrDefault(run, new Run());
    return new Arrivals.Count(of.arrived, of.twice, of.damaged, of.plain, ProcessTree.self());
  }

  private String arrivals(String run) {
    StringBuilder lines = new StringBuilder(count(run).line());
    Times times = runs.getOrDefault(run, new Run()).times;
    for (int i = 0; i < times.length(); i++) {
      lines.append(times.get(i)).append('\n');
    }
    return lines.toString();
  }

  /** One line over all runs. */
  String totals() throws IOException {
    return ask(
        () -> {
          List<Run> all = new ArrayList<>(runs.values());
          all.add(unnamed);
          return String.format(
              Locale.ROOT,
              "%d messages, %d octets; twice %d, damaged %d, of no run %d, without TLS %d;"
                  + " %d sessions, %d at once; %d handshakes, %d resumed; CPU %.2f s%n",
              all.stream().mapToInt(run -> run.arrived + run.twice).sum(),
              octets,
              all.stream().mapToInt(run -> run.twice).sum(),
              all.stream().mapToInt(run -> run.damaged).sum(),
              unnamed.arrived,
              all.stream().mapToInt(run -> run.plain).sum(),
              sessions,
              mostOpen,
              handshakes,
              resumed,
              ProcessTree.self());
        });
  }

  @Nullable SslContext tls() {
    return tls;
  }

  boolean chunking() {
    return chunking;
  }

  int delayMillis() {
    return delayMillis;
  }

  void opened() {
    sessions++;
    open++;
    mostOpen = Math.max(mostOpen, open);
  }

  void closed() {
    open--;
  }

  void handshake(boolean again) {
    handshakes++;
    resumed += again ? 1 : 0;
  }

  void took(Arrival message, boolean encrypted) {
    Run run =
        message.run().isEmpty() ? unnamed : runs.computeIfAbsent(message.run(), name -> new Run());
    octets += message.octets();
    run.plain += encrypted ? 0 : 1;
    if (message.run().isEmpty()) {
      run.arrived++;
      return;
    }
    run.damaged += message.whole() ? 0 : 1;
    if (run.times.get(message.number()) == 0) {
      run.arrived++;
      run.times.put(message.number(), Times.now());
    } else {
      run.twice++;
    }
  }
}
