package io.postern.check;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What answers where a mail server should, octet for octet; then it waits for the client to go. */
final class SmtpHost implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Session session;

  /** One connection. */
  interface Session {
    void talk(Socket socket) throws Exception;
  }

  SmtpHost(Session session) throws IOException {
    this.session = session;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Says these lines, one before each line of the client's. */
  static SmtpHost saying(String... texts) throws IOException {
    return new SmtpHost(
        socket -> {
          for (String text : texts) {
            say(socket, text);
            line(socket);
          }
        });
  }

  static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    int octet;
    while ((octet = socket.getInputStream().read()) >= 0 && octet != '\n') {
      line.append((char) octet);
    }
    return line.toString();
  }

  int port() {
    return listener.getLocalPort();
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
      session.talk(socket);
      socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    } catch (Exception e) {
      // The client has gone; what it saw is what the test looks at.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
