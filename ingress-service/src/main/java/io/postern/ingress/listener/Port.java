package io.postern.ingress.listener;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** One address of a listener and the thread that accepts there. Thread-safe. */
final class Port implements AutoCloseable {
  /**
   * Octets, SO_RCVBUF. A session that waits reads nothing, and the kernel keeps its input: without
   * this as much as it has grown to for a fast client (net.ipv4.tcp_rmem: megabytes). Linux doubles
   * the number and counts its own overhead in it, so some 100 to 256 KiB are on their way to us: a
   * client 100 ms away sends 1 to 2.5 MB/s on one connection, one at 20 ms five times as much.
   */
  static final int RECEIVE_BUFFER = 128 * 1024;

  private static final Logger LOG = Logger.getLogger(Port.class);
  private static final int BACKLOG = 512;
  private static final long PAUSE_NANOS = 200_000_000;

  private final ServerSocketChannel channel;
  private final Reception reception;

  private Port(ServerSocketChannel channel, Reception reception) {
    this.channel = channel;
    this.reception = reception;
  }

  /** Binds the address; an IOException (a BindException when it is taken) leaves nothing behind. */
  static Port open(InetSocketAddress address, Reception reception) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER); // connections inherit it
      channel.bind(address, BACKLOG);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new Port(channel, reception);
  }

  void start() {
    String name = "ingress-accept-" + reception.listener().name();
    Thread.ofPlatform().daemon().name(name).start(this::accept);
  }

  boolean listening() {
    return channel.isOpen();
  }

  /** The port that was bound. */
  int number() {
    return channel.socket().getLocalPort();
  }

  private void accept() {
    while (channel.isOpen()) {
      try {
        reception.admit(channel.accept());
      } catch (IOException e) {
        if (channel.isOpen()) { // file descriptors ran out, most likely: others must end first
          LOG.warnf("A connection could not be accepted: %s", e.getMessage());
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (RuntimeException fault) { // one connection's; the next are still accepted
        LOG.error("A connection was lost because of an internal error", fault);
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("A port did not close", e);
    }
  }
}
