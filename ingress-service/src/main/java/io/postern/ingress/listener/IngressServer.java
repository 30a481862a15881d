package io.postern.ingress.listener;

import io.micrometer.core.instrument.Counter;
import io.postern.ingress.session.SessionParts;
import io.postern.ingress.session.SmtpSession;
import io.postern.ingress.source.Source;
import io.postern.transport.SmtpConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The listener, which gives each connection a session on a virtual thread of its own. It refuses
 * connections beyond the limits at once. A watchdog ends sessions that are stuck past their
 * deadline. Closing takes no more connections, lets waiting sessions end with 421 and messages
 * under way end within the patience, and cuts off the sessions that are left. Thread-safe.
 */
public final class IngressServer implements AutoCloseable {
  /**
   * Octets, SO_RCVBUF. A session that waits reads nothing, and the kernel keeps its input: without
   * this as much as it has grown to for a fast client (net.ipv4.tcp_rmem: megabytes). Linux doubles
   * the number and counts its own overhead in it, so some 100 to 256 KiB are on their way to us: a
   * client 100 ms away sends 1 to 2.5 MB/s on one connection, one at 20 ms five times as much.
   */
  static final int RECEIVE_BUFFER = 128 * 1024;

  private static final Logger LOG = Logger.getLogger(IngressServer.class);
  private static final int BACKLOG = 512;
  private static final long PAUSE_NANOS = 200_000_000;

  private final InetSocketAddress address;
  private final SessionParts parts;
  private final ConnectionLimits limits;
  private final Duration shutdownPatience;
  private final Counter accepted;
  private final ConnectionRefusal full;
  private final ConnectionRefusal addressLimit;
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
    accepted = parts.metrics().connections("accepted");
    boolean resets = !limits.oneAddressIsAll();
    full = new ConnectionRefusal(parts, "full", "Too many connections, try again later", resets);
    addressLimit =
        new ConnectionRefusal(
            parts, "address-limit", "Too many connections from your address", resets);
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
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER); // connections inherit it
      channel.bind(address, BACKLOG);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    listener = channel;
    Thread.ofPlatform().daemon().name("ingress-accept").start(() -> accept(channel));
    watchdog.scheduleWithFixedDelay(
        () -> sessions.forEach(SmtpSession::watch), 1, 1, TimeUnit.SECONDS);
  }

  public boolean listening() {
    ServerSocketChannel channel = listener;
    return channel != null && channel.isOpen();
  }

  /** The address of the settings. */
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
          LOG.warnf("A connection could not be accepted: %s", e.getMessage());
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (RuntimeException fault) { // one connection's; the next are still accepted
        LOG.error("A connection was lost by a fault of ours", fault);
      }
    }
  }

  private void admit(SocketChannel channel) throws IOException {
    InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
    InetAddress client = remote.getAddress();
    switch (limits.enter(client)) {
      case FULL -> full.end(channel, remote);
      case ADDRESS_LIMIT -> addressLimit.end(channel, remote);
      case ACCEPTED -> {
        accepted.increment();
        Thread.ofVirtual().name("smtp").start(() -> serve(channel, client));
      }
    }
  }

  private void serve(SocketChannel channel, InetAddress client) {
    SmtpSession session = null;
    try (channel) {
      awaitGreeting(client);
      session = new SmtpSession(SmtpConnection.accepted(channel), parts, limits);
      sessions.add(session);
      session.run();
    } catch (IOException gone) {
      LOG.debug("A connection was gone before its greeting, or did not close", gone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (session != null) {
        sessions.remove(session);
      }
      if (session == null || !session.fruitful()) {
        fruitless.add(Source.of(client));
      }
      limits.leave(client);
    }
  }

  private void awaitGreeting(InetAddress client) throws InterruptedException {
    if (!limits.oneAddressIsAll()) {
      Thread.sleep(fruitless.pause(Source.of(client)));
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
        LOG.warnf("%d sessions are cut off, they did not end in time", limits.open());
        sessions.forEach(SmtpSession::cutOff);
        limits.awaitNone(2_000);
      }
    } catch (IOException e) {
      LOG.warn("The listener did not close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      watchdog.shutdownNow();
    }
  }
}
