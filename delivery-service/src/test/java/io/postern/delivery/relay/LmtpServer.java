package io.postern.delivery.relay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An LMTP server for one session, with a reply of its own for each recipient behind the dot. */
final class LmtpServer implements AutoCloseable {
  private final ServerSocket listener;
  private final List<String> replies;
  private final List<String> commands = new CopyOnWriteArrayList<>();

  LmtpServer(List<String> replies) throws IOException {
    this.replies = replies;
    this.listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::serve);
  }

  int port() {
    return listener.getLocalPort();
  }

  List<String> commands() {
    return List.copyOf(commands);
  }

  private void serve() {
    try (Socket socket = listener.accept()) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      OutputStream out = socket.getOutputStream();
      say(out, "220 mailbox LMTP");
      boolean data = false;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (data) {
          if (line.equals(".")) {
            data = false;
            for (String reply : replies) {
              say(out, reply);
            }
          }
          continue;
        }
        commands.add(line);
        data = line.equals("DATA");
        say(
            out,
            switch (line.split(" ", 2)[0]) {
              case "LHLO" -> "250-mailbox\r\n250-8BITMIME\r\n250 PIPELINING";
              case "DATA" -> "354 go on";
              case "QUIT" -> "221 bye";
              case "MAIL", "RCPT", "RSET" -> "250 ok";
              default -> "500 what?";
            });
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
