package io.postern.ingress.listener;

import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import io.postern.ingress.intake.RefusalKind;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.session.SmtpSession;
import io.postern.ingress.source.Source;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Listens and gives each connection a session on a virtual thread of its own. Connections beyond
 * the limits get 421 at once. A watchdog ends sessions that are stuck past their deadline. Closing
 * takes no more connections, lets waiting sessions end with 421 and messages under way end within
 * the patience, and cuts off what is left. Thread-safe.
 */
public final class IngressServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(IngressServer.class.getName());
  private static final int BACKLOG = 512;
  private static final RefusalKind TURNED_AWAY =
      new RefusalKind(421, "4.3.2", "connections", "", "");

  private final InetSocketAddress address;
  private final SessionParts parts;
  private final ConnectionLimits limits;
  private final Duration shutdownPatience;
  private final FruitlessSessions fruitless = new FruitlessSessions();
  private final Set<SmtpSession> sessions = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watchdog =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("ingress-watchdog").unstarted(task));
  private volatile @Nullable ServerSocketChannel listener;

  public IngressServer(
      InetSocketAddress address,
      SessionParts parts,
      ConnectionLimits limits,
      Duration shutdownPatience) {
    this.address = address;
    this.parts = parts;
    this.limits = limits;
    this.shutdownPatience = shutdownPatience;
    parts.metrics().sessions(limits::open);
  }

  /**
   * Begins to accept; an IOException (a BindException when the port is taken) leaves nothing
   * behind.
   */
  public void start() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(address, BACKLOG);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    listener = channel;
    Thread.ofPlatform().daemon().name("ingress-accept").start(() -> accept(channel));
    watchdog.scheduleWithFixedDelay(this::watch, 1, 1, TimeUnit.SECONDS);
  }

  public boolean listening() {
    ServerSocketChannel channel = listener;
    return channel != null && channel.isOpen();
  }

  /** Where it was told to listen. */
  public InetSocketAddress address() {
    return address;
  }

  /** The port that was bound. */
  public int port() {
    ServerSocketChannel channel = listener;
    if (channel == null) {
      throw new IllegalStateException("not started");
    }
    return channel.socket().getLocalPort();
  }

  private void accept(ServerSocketChannel channel) {
    while (channel.isOpen()) {
      try {
        admit(channel.accept());
      } catch (IOException e) {
        if (channel.isOpen()) { // file descriptors ran out, most likely: others must end first
          LOG.log(Level.WARNING, "A connection could not be accepted: {0}", e.getMessage());
          java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
        }
      } catch (RuntimeException fault) { // one connection's; the next are still accepted
        LOG.log(Level.SEVERE, "A connection was lost by a fault of ours", fault);
      }
    }
  }

  private void admit(SocketChannel channel) throws IOException {
    InetSocketAddress remote;
    try {
      remote = (InetSocketAddress) channel.getRemoteAddress();
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    } catch (IOException gone) {
      channel.close();
      return;
    }
    if (remote == null) {
      channel.close();
      return;
    }
    InetAddress from = remote.getAddress();
    switch (limits.enter(from)) {
      case FULL -> turnAway(channel, remote, "full", "Too many connections, try again later");
      case ADDRESS_LIMIT ->
          turnAway(channel, remote, "address-limit", "Too many connections from your address");
      case ACCEPTED -> {
        parts.metrics().connection("accepted");
        Thread.ofVirtual().name("smtp").start(() -> serve(channel, from));
      }
    }
  }

  private void serve(SocketChannel channel, InetAddress from) {
    SmtpSession session = null;
    try {
      awaitGreeting(from);
      session = new SmtpSession(SmtpConnection.accepted(channel), parts, limits);
      sessions.add(session);
      session.run();
    } catch (IOException gone) {
      LOG.log(Level.FINE, "A connection was gone before its greeting", gone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (session != null) {
        sessions.remove(session);
      }
      if (session == null || !session.fruitful()) {
        fruitless.ended(Source.of(from));
      }
      closeQuietly(channel);
      limits.leave(from);
    }
  }

  private void awaitGreeting(InetAddress from) throws InterruptedException {
    if (!limits.oneAddressIsAll()) {
      Thread.sleep(fruitless.pause(Source.of(from)));
    }
  }

  /**
   * RFC 5321 §3.1, §4.2.2: 421 instead of a greeting. Its octets fit the empty send buffer; nobody
   * waits for the client.
   */
  private void turnAway(
      SocketChannel channel, InetSocketAddress remote, String result, String text) {
    parts.metrics().connection(result);
    String said = parts.limits().hostName() + " " + text;
    parts.metrics().refused(TURNED_AWAY.code(), TURNED_AWAY.enhanced());
    String reference =
        parts
            .refusals()
            .refused(Source.of(remote.getAddress()), TURNED_AWAY, () -> turnedAway(remote, said));
    Reply reply =
        Reply.of(
            TURNED_AWAY.code(), TURNED_AWAY.enhanced(), said + " (reference " + reference + ")");
    try {
      channel.configureBlocking(false);
      channel.write(ByteBuffer.wrap(reply.toBytes()));
      channel.shutdownOutput();
    } catch (IOException gone) {
      LOG.log(Level.FINE, "A client was gone before it was turned away", gone);
    }
    closeQuietly(channel);
  }

  private MessageRefused turnedAway(InetSocketAddress remote, String said) {
    return MessageRefused.newBuilder()
        .setSession(
            SessionFacts.newBuilder()
                .setClientIp(remote.getAddress().getHostAddress())
                .setClientPort(remote.getPort())
                .setServerName(parts.limits().hostName())
                .setStartedMillis(System.currentTimeMillis()))
        .setCommand("connect")
        .setCode(TURNED_AWAY.code())
        .setEnhancedCode(TURNED_AWAY.enhanced())
        .setText(said)
        .setRule(TURNED_AWAY.rule())
        .setAtMillis(System.currentTimeMillis())
        .build();
  }

  private void watch() {
    for (SmtpSession session : sessions) {
      session.watch();
    }
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.FINE, "A connection did not close", e);
    }
  }

  @Override
  public void close() {
    limits.stop();
    try {
      ServerSocketChannel channel = listener;
      if (channel != null) {
        channel.close();
      }
      if (!limits.awaitNone(shutdownPatience.toMillis())) {
        LOG.log(Level.WARNING, "{0} sessions are cut off, they did not end in time", limits.open());
        sessions.forEach(SmtpSession::cutOff);
        limits.awaitNone(2_000);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "The listener did not close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      watchdog.shutdownNow();
    }
  }
}
