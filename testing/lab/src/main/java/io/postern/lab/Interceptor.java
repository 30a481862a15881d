package io.postern.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An active attacker on the way from an SMTP client to a server: listens on 127.0.0.1, connects to
 * the server for each client, and passes on or changes what they say as its {@link Interception}
 * says. Its record of the client's lines that it could read, in plaintext or over TLS that it ended
 * itself, is the witness of an attack.
 *
 * <p>Thread-safe; a virtual thread a session, two while it passes on TLS that it cannot read.
 * Sessions end with either side, and after a minute without a byte. Keeps 4,096 lines.
 */
public final class Interceptor implements AutoCloseable {
  private static final int MAX_LINES = 4_096;
  private static final Set<String> ENVELOPE = Set.of("MAIL", "RCPT", "DATA", "BDAT");

  private final InetSocketAddress server;
  private final Interception interception;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Line> lines = new ArrayList<>();

  private record Line(boolean encrypted, String text) {}

  private Interceptor(InetSocketAddress server, Interception interception) throws IOException {
    this.server = server;
    this.interception = interception;
    this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    var unused = Thread.ofVirtual().name("interceptor").start(this::accept);
  }

  /** Listening, before the server. */
  public static Interceptor of(ScriptedPeer server, Interception interception) {
    try {
      return new Interceptor(server.address(), interception);
    } catch (IOException failed) {
      throw new UncheckedIOException("the interceptor cannot listen", failed);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The client's lines that the attacker could read, over all sessions; no content. */
  public synchronized List<String> read() {
    return lines.stream().map(Line::text).toList();
  }

  /** The attacker could read MAIL, RCPT or content. */
  public boolean readEnvelope() {
    return read().stream().anyMatch(Interceptor::isEnvelope);
  }

  /** The attacker could read MAIL, RCPT or content without ending TLS itself. */
  public synchronized boolean readEnvelopeInPlaintext() {
    return lines.stream().anyMatch(line -> !line.encrypted() && isEnvelope(line.text()));
  }

  private static boolean isEnvelope(String line) {
    return ENVELOPE.contains(line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT));
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  synchronized void read(boolean encrypted, String line) {
    if (lines.size() < MAX_LINES) {
      lines.add(new Line(encrypted, line));
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        var unused = Thread.ofVirtual().name("intercepted session").start(() -> serve(client));
      } catch (IOException closed) {
        // the loop ends
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket(server.getAddress(), server.getPort())) {
      open.add(upstream);
      try {
        new InterceptedSession(this, interception, client, upstream).run();
      } finally {
        open.remove(upstream);
      }
    } catch (IOException ended) {
      // either side has gone: so does the other
    } finally {
      open.remove(client);
    }
  }
}
