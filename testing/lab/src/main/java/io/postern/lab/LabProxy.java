package io.postern.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on 127.0.0.1 (RFC 9110 §9.3.6, RFC 9112 §3.2.2) that knows the hosts of a test: a
 * tested side that fetches through it reaches a lab's server by a public name and port. A name that
 * it does not know, or where nobody listens, gets 502. Thread-safe.
 */
public final class LabProxy implements AutoCloseable {
  private static final int MAX_HEAD = 16 * 1024;
  private static final String BAD_GATEWAY = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";

  private final ServerSocket listener;
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private final Thread acceptor = Thread.ofVirtual().unstarted(this::accept);

  private LabProxy(ServerSocket listener) {
    this.listener = listener;
  }

  /** A running proxy on a free port. */
  public static LabProxy start() {
    try {
      LabProxy proxy = new LabProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      proxy.acceptor.start();
      return proxy;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The name leads to this port of 127.0.0.1, whatever port is asked for. */
  public void host(String name, int port) {
    ports.put(name, port);
  }

  /** host:port, as settings have it. */
  public String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** The first lines of the requests so far. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      String[] first = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
      asked.add(String.join(" ", first));
      boolean connect = first[0].equals("CONNECT");
      URI target = URI.create(connect ? "https://" + first[1] : first[1]);
      Integer port = port(target);
      if (port == null) {
        answer(client, BAD_GATEWAY);
        return;
      }
      try (Socket server = connect(port)) {
        if (!server.isConnected()) {
          answer(client, BAD_GATEWAY);
          return;
        }
        open.add(server);
        if (connect) {
          answer(client, "HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
          String rest = head.substring(head.indexOf("\r\n"));
          answer(server, first[0] + " " + target.getRawPath() + " HTTP/1.1" + rest);
        }
        Thread back = Thread.ofVirtual().start(() -> copy(server, client));
        copy(client, server);
        back.join();
      }
    } catch (IOException gone) {
      // One side has closed.
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private static Socket connect(int port) {
    Socket server = new Socket();
    try {
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException refused) {
      // It is not connected.
    }
    return server;
  }

  private @Nullable Integer port(URI target) {
    return "127.0.0.1".equals(target.getHost())
        ? Integer.valueOf(target.getPort())
        : ports.get(target.getHost());
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0 || head.length() > MAX_HEAD) {
        throw new IOException("no request");
      }
      head.append((char) octet);
    }
    return head.toString();
  }

  private static void answer(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void copy(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
      to.shutdownOutput();
    } catch (IOException gone) {
      // Neither side needs the other any more.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join(); // else a connection outlives the listener
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
