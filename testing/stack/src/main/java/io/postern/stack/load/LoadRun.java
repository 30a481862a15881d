package io.postern.stack.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of one run and times each. A message that is refused, or whose connection
 * breaks, is counted and not sent again; a session that ends is followed by another one.
 *
 * <p>All of it is on one thread, the event loop's, but {@link #run}. It ends with its last message,
 * at its limit of time, or after {@value #MOST_FAILURES} failures.
 */
final class LoadRun {
  private static final int MOST_FAILURES = 1_000;
  private static final int PAUSE_AFTER_FAILURE_MILLIS = 20;
  private static final int CONNECT_MILLIS = 10_000;

  private final LoadOptions options;
  private final String id;
  private final Template template;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final ChannelGroup sessions;
  private final @Nullable SslContext tls;
  private final CompletableFuture<LoadResult> result = new CompletableFuture<>();

  private final Times begun = new Times();
  private final Times accepted = new Times();
  private final Samples acceptLatency = new Samples();
  private final Map<String, Integer> failures = new TreeMap<>();
  private final Deque<LoadSession> waiting = new ArrayDeque<>(); // for their turn at a steady rate
  private int sessionCount; // so far, for their turn at the relays
  private int slots; // sessions that are open or will be
  private int next;
  private int acceptedCount;
  private int failed;
  private long start;
  private long lastAccepted;
  private long due; // messages that the steady rate has let begin

  private LoadRun(LoadOptions options, String id, NioEventLoopGroup group) throws SSLException {
    this.options = options;
    this.id = id;
    this.template = new Template(id, options.octets());
    this.loop = group.next();
    this.sessions = new DefaultChannelGroup(loop);
    this.tls = options.tls() ? Transport.client() : null;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
  }

  /**
   * Runs to its end.
   *
   * @param id names the run at the sink: letters and digits, another one for each run
   */
  static LoadResult run(LoadOptions options, String id, NioEventLoopGroup group)
      throws SSLException, InterruptedException, ExecutionException {
    LoadRun run = new LoadRun(options, id, group);
    double cpu = ProcessTree.self();
    run.loop.execute(run::begin);
    try {
      run.result.get(options.limit().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      run.loop.submit(run::end).get();
    }
    return run.result.get().withCpu(ProcessTree.self() - cpu);
  }

  private void begin() {
    start = Times.now();
    lastAccepted = start;
    slots = Math.min(options.connections(), options.messages());
    var _ = loop.schedule(this::stop, options.time().toMillis(), TimeUnit.MILLISECONDS);
    if (options.rate() > 0) {
      tick();
    }
    for (int i = 0; i < slots; i++) {
      connect();
    }
  }

  private void connect() {
    if (result.isDone() || !more()) {
      ended(false);
      return;
    }
    InetSocketAddress relay = options.relays().get(sessionCount % options.relays().size());
    sessionCount++;
    bootstrap
        .clone()
        .handler(new LoadSession(this))
        .connect(relay)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                failed("no connection");
                ended(true);
              }
            });
  }

  /** No message begins any more. */
  private void stop() {
    next = options.messages();
    waiting.forEach(LoadSession::next);
    waiting.clear();
  }

  /** At a steady rate: lets the messages begin that are due. */
  private void tick() {
    long allowed = (long) ((Times.now() - start) * options.rate() / 1e6);
    while (due < allowed && !waiting.isEmpty() && more()) {
      long planned = start + (long) (due * 1e6 / options.rate());
      due++;
      waiting.removeFirst().begin(planned);
    }
    if (more()) {
      var _ = loop.schedule(this::tick, 1, TimeUnit.MILLISECONDS);
    } else {
      stop();
    }
  }

  private void end() {
    stop();
    var _ = sessions.close();
    var _ =
        result.complete(
            new LoadResult(
                id,
                acceptedCount,
                failures,
                (lastAccepted - start) / 1e6,
                acceptLatency,
                begun,
                accepted,
                0));
  }

  LoadOptions options() {
    return options;
  }

  Template template() {
    return template;
  }

  @Nullable SslContext tls() {
    return tls;
  }

  ChannelGroup sessions() {
    return sessions;
  }

  /** Whether a message may begin. */
  boolean more() {
    return next < options.messages();
  }

  /** A session can begin a message: now, or when its turn comes. */
  void ready(LoadSession session) {
    if (options.rate() > 0) {
      waiting.addLast(session);
    } else {
      session.begin(Times.now());
    }
  }

  /** The number of a message that begins. */
  int take(long at) {
    int number = next++;
    begun.put(number, at);
    return number;
  }

  String recipient(int number) {
    List<String> domains = options.recipientDomains();
    return "u" + number + "@" + domains.get(number % domains.size());
  }

  void accepted(int number, long endOfData) {
    if (result.isDone()) {
      return;
    }
    lastAccepted = Times.now();
    accepted.put(number, lastAccepted);
    acceptLatency.add(lastAccepted - endOfData);
    acceptedCount++;
  }

  void failed(String why) {
    if (result.isDone()) {
      return;
    }
    failures.merge(why, 1, Integer::sum);
    failed++;
    if (failed > MOST_FAILURES) {
      end();
    }
  }

  /** A session has ended; another one takes its place while there are messages. */
  void ended(boolean failed) {
    if (result.isDone()) {
      return;
    }
    if (!more()) {
      slots--;
      if (slots == 0) {
        end();
      }
    } else if (failed) {
      var _ = loop.schedule(this::connect, PAUSE_AFTER_FAILURE_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      connect();
    }
  }
}
