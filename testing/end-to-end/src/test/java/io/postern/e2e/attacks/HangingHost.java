package io.postern.e2e.attacks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A mail host of an attacker at a loopback address of its own: it talks up to a stage, and then
 * says nothing while the connection stands. A virtual thread a connection; it lives as long as its
 * process.
 */
final class HangingHost {
  /** Where it falls silent. */
  enum Stage {
    GREETING,
    EHLO,
    HANDSHAKE,
    MAIL,
    RCPT,
    DATA,
    /** Takes some content and reads no more. */
    CONTENT,
    END_OF_DATA,
    /** Nowhere: each reply comes after 20 s. */
    TARPIT
  }

  private static final Duration TARPIT_PAUSE = Duration.ofSeconds(20);

  private final ServerSocket listener;
  private final Stage stage;
  private final CountDownLatch never = new CountDownLatch(1);

  private HangingHost(ServerSocket listener, Stage stage) {
    this.listener = listener;
    this.stage = stage;
  }

  static void listen(String address, int port, Stage stage) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReceiveBufferSize(16 * 1024);
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port), 512);
      HangingHost host = new HangingHost(listener, stage);
      Thread.ofVirtual().name("hanging " + address).start(host::accept);
    } catch (IOException failed) {
      throw new UncheckedIOException(address + ":" + port + " cannot be listened on", failed);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException failed) {
        System.err.println("hanging host: " + failed);
      }
    }
  }

  private void serve(Socket accepted) {
    try (Socket socket = accepted) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = socket.getOutputStream();
      say(out, Stage.GREETING, "220 hanging.example ESMTP");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        obey(line.toUpperCase(Locale.ROOT), in, out);
      }
    } catch (IOException ended) {
      // by the client
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void obey(String line, BufferedReader in, OutputStream out)
      throws IOException, InterruptedException {
    if (line.startsWith("EHLO")) {
      boolean tls = stage == Stage.HANDSHAKE;
      say(out, Stage.EHLO, "250-hanging.example\r\n250 " + (tls ? "STARTTLS" : "PIPELINING"));
    } else if (line.startsWith("STARTTLS")) {
      say(out, null, "220 go on");
      never.await();
    } else if (line.startsWith("MAIL")) {
      say(out, Stage.MAIL, "250 sender");
    } else if (line.startsWith("RCPT")) {
      say(out, Stage.RCPT, "250 recipient");
    } else if (line.startsWith("DATA")) {
      say(out, Stage.DATA, "354 content");
      if (stage == Stage.CONTENT) {
        never.await();
      }
      for (String text = in.readLine(); text != null && !text.equals("."); text = in.readLine()) {
        // nobody reads it
      }
      say(out, Stage.END_OF_DATA, "250 taken");
    } else if (line.startsWith("QUIT")) {
      say(out, null, "221 bye");
    } else {
      say(out, null, "250 yes");
    }
  }

  private void say(OutputStream out, @Nullable Stage here, String reply)
      throws IOException, InterruptedException {
    if (stage == here) {
      never.await();
    }
    if (stage == Stage.TARPIT) {
      Thread.sleep(TARPIT_PAUSE);
    }
    out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
