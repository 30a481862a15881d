package io.postern.lab;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One session of an {@link Interceptor}: line by line as long as it can read them, then octet by
 * octet. Owner: one thread.
 */
final class InterceptedSession {
  private static final int IDLE_MILLIS = 60_000;
  private static final int MAX_LINE = 65_536;

  private final Interceptor interceptor;
  private final Interception interception;
  private final Socket clientSocket;
  private final Socket serverSocket;
  private boolean encrypted; // TLS with both sides, ended here
  private InputStream client;
  private OutputStream toClient;
  private InputStream server;
  private OutputStream toServer;

  InterceptedSession(
      Interceptor interceptor, Interception interception, Socket client, Socket server)
      throws IOException {
    this.interceptor = interceptor;
    this.interception = interception;
    this.clientSocket = client;
    this.serverSocket = server;
    client.setSoTimeout(IDLE_MILLIS);
    server.setSoTimeout(IDLE_MILLIS);
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    this.client = client.getInputStream();
    this.toClient = client.getOutputStream();
    this.server = server.getInputStream();
    this.toServer = server.getOutputStream();
  }

  void run() throws IOException {
    answer(reply());
    while (command()) {}
  }

  /** One command; false when the session is over, or nothing can be read any more. */
  private boolean command() throws IOException {
    String line = line(client);
    interceptor.read(encrypted, line);
    String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
    if (verb.equals("STARTTLS")) {
      return startTls();
    }
    send(toServer, line);
    if (verb.equals("BDAT")) { // RFC 3030 §2: the octets follow the command at once
      toServer.write(client.readNBytes(Integer.parseInt(line.split(" ")[1])));
      toServer.flush();
    }
    List<String> reply = reply();
    answer(verb.equals("EHLO") ? offered(reply) : reply);
    if (verb.equals("DATA") && reply.getFirst().startsWith("354")) {
      content();
    }
    return !verb.equals("QUIT");
  }

  private List<String> offered(List<String> reply) {
    if (!(interception instanceof Interception.StartTlsRemoved)) {
      return reply;
    }
    List<String> left = new ArrayList<>(reply);
    left.removeIf(line -> line.substring(4).equalsIgnoreCase("STARTTLS"));
    left.add("250 " + left.removeLast().substring(4)); // the last line has no hyphen
    return left;
  }

  private void content() throws IOException {
    String line;
    do {
      line = line(client);
      send(toServer, line);
    } while (!line.equals("."));
    answer(reply());
  }

  private boolean startTls() throws IOException {
    if (interception instanceof Interception.StartTlsRefused(int code, String enhanced)) {
      send(toClient, code + " " + enhanced + " TLS not available");
      return true;
    }
    send(toServer, "STARTTLS");
    List<String> reply = reply();
    switch (interception) {
      case Interception.HandshakeBroken broken -> {
        answer(reply);
        int unused = client.read();
        return false;
      }
      case Interception.CertificateSwapped(Identity identity) -> {
        swap(identity, reply);
        return true;
      }
      case Interception.RepliesInjected(String text) ->
          write(toClient, String.join("\r\n", reply) + "\r\n" + text);
      default -> answer(reply);
    }
    passOn();
    return false;
  }

  private void swap(Identity identity, List<String> reply) throws IOException {
    TlsStream upstream =
        new TlsStream(serverSocket, LabTls.engine(LabTls.client(null, LabTls.MODERN)));
    upstream.handshake();
    answer(reply);
    TlsStream downstream =
        new TlsStream(
            clientSocket,
            LabTls.engine(
                LabTls.server(identity, LabTls.MODERN, false, LabTls.GROUPS, false, List.of())));
    downstream.handshake();
    server = upstream.in();
    toServer = upstream.out();
    client = downstream.in();
    toClient = downstream.out();
    encrypted = true;
  }

  private void passOn() throws IOException {
    Thread back =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (clientSocket) {
                    server.transferTo(toClient);
                  } catch (IOException ended) {
                    // the client has gone
                  }
                });
    try (serverSocket) {
      client.transferTo(toServer);
      serverSocket.shutdownOutput();
      back.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All lines of the server's reply. */
  private List<String> reply() throws IOException {
    List<String> lines = new ArrayList<>();
    do {
      lines.add(line(server));
    } while (lines.getLast().length() > 3 && lines.getLast().charAt(3) == '-');
    return lines;
  }

  private void answer(List<String> reply) throws IOException {
    write(toClient, String.join("\r\n", reply) + "\r\n");
  }

  private static void send(OutputStream to, String line) throws IOException {
    write(to, line + "\r\n");
  }

  private static void write(OutputStream to, String text) throws IOException {
    to.write(text.getBytes(StandardCharsets.ISO_8859_1));
    to.flush();
  }

  private static String line(InputStream from) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = from.read(); b != '\n'; b = from.read()) {
      if (b < 0) {
        throw new EOFException("closed");
      }
      if (line.size() >= MAX_LINE) {
        throw new IOException("a line longer than " + MAX_LINE);
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
