package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port on loopback that answers no attempt to connect, as behind a firewall that drops: it
 * listens, accepts nobody, and its queue is full, so that Linux drops each further SYN.
 * Thread-safe.
 */
public final class SilentPort implements AutoCloseable {
  private static final int MOST = 64;

  private final ServerSocket listener;
  private final List<Socket> queued = new ArrayList<>();

  public SilentPort() {
    this(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public SilentPort(InetSocketAddress address) {
    try {
      listener = new ServerSocket(address.getPort(), 1, address.getAddress());
      for (int i = 0; queue(); i++) {
        if (i == MOST) {
          throw new IllegalStateException("this kernel's queues do not fill");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean queue() throws IOException {
    Socket socket = new Socket();
    queued.add(socket);
    try {
      socket.connect(listener.getLocalSocketAddress(), 300);
      return true;
    } catch (SocketTimeoutException e) {
      return false; // it is full
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() {
    try {
      for (Socket socket : queued) {
        socket.close();
      }
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
