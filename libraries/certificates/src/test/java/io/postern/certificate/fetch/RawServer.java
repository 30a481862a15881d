package io.postern.certificate.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.lab.Identity;
import io.postern.lab.LabHttps;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ServerSocketFactory;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;

/**
 * A server on loopback that says, octet for octet, what a test wants, after it has read a request's
 * head.
 */
public final class RawServer implements AutoCloseable {
  private final ServerSocket listener;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<SNIServerName> names = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile Function<String, byte[]> answer = _ -> new byte[0];
  private volatile boolean drip;
  private volatile boolean silent;

  public RawServer() {
    this(ServerSocketFactory.getDefault());
  }

  private RawServer(ServerSocketFactory factory) {
    try {
      listener = factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** The same over TLS. */
  static RawServer overTls(Identity identity) {
    return new RawServer(LabHttps.context(identity).getServerSocketFactory());
  }

  /** The server names that clients over TLS have asked for. */
  List<SNIServerName> names() {
    return names;
  }

  public RawServer answers(String text) {
    return answers(_ -> text.getBytes(ISO_8859_1));
  }

  /** By the request's head. */
  public RawServer answers(Function<String, byte[]> by) {
    answer = by;
    return this;
  }

  /** With this status and body. */
  public static byte[] response(int status, byte[] body) {
    byte[] head =
        ("HTTP/1.1 " + status + " x\r\nContent-Length: " + body.length + "\r\n\r\n")
            .getBytes(ISO_8859_1);
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  /** An octet every 50 ms. */
  RawServer drips() {
    drip = true;
    return this;
  }

  /** Reads and says nothing. */
  public RawServer saysNothing() {
    silent = true;
    return this;
  }

  public int port() {
    return listener.getLocalPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** The heads of the requests so far. */
  public List<String> requests() {
    return requests;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> talk(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      if (socket instanceof SSLSocket tls) {
        tls.startHandshake();
        names.addAll(((ExtendedSSLSession) tls.getSession()).getRequestedServerNames());
      }
      StringBuilder head = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (head.indexOf("\r\n\r\n") < 0) {
        int octet = in.read();
        if (octet < 0) {
          return;
        }
        head.append((char) octet);
      }
      String length = head.toString().replaceAll("(?s).*Content-Length: (\\d+).*|.*", "$1");
      in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
      requests.add(head.toString());
      while (silent) {
        if (in.read() < 0) {
          return;
        }
      }
      byte[] bytes = answer.apply(head.toString());
      for (int i = 0; drip && i < bytes.length; i++) {
        socket.getOutputStream().write(bytes, i, 1);
        LockSupport.parkNanos(50_000_000);
      }
      if (!drip) {
        socket.getOutputStream().write(bytes);
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
