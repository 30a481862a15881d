package io.postern.e2e.attacks;

import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;

/** Attacks by connections and commands, without any content. */
final class Commands {
  private static final int GROUP = 200;
  private static final Duration LONG = Duration.ofMinutes(5);

  private static final byte[] FOREIGN_RECIPIENTS = group("RCPT TO:<x@nowhere.example>");
  private static final byte[] RESETS =
      Attacker.lines(
          "NOOP",
          "RSET",
          "MAIL FROM:<a@sender.example>",
          "RCPT TO:<x@" + AttackTarget.MAILBOXES + ">",
          "RSET",
          "EHLO attacker.example",
          "VRFY anna");
  private static final int RESETS_REPLIES = 7;

  private Commands() {}

  private static byte[] group(String line) {
    return (line + "\r\n").repeat(GROUP).getBytes(StandardCharsets.US_ASCII);
  }

  static void compute(Attacker attacker) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] bytes = new byte[64 * 1024];
      while (attacker.goesOn()) {
        digest.update(bytes);
      }
      Arrays.fill(bytes, 0, 32, digest.digest()[0]);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static void refusals(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      refused(attacker, client);
    }
  }

  static void refusalsOverTls(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      client.startTls(null);
      client.ehlo("attacker.example");
      refused(attacker, client);
    }
  }

  private static void refused(Attacker attacker, SmtpClient client)
      throws IOException, InterruptedException {
    attacker.command(client, "MAIL FROM:<a@sender.example>");
    while (attacker.goesOn()) {
      attacker.pipeline(client, FOREIGN_RECIPIENTS, GROUP);
    }
  }

  static void unread(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      attacker.command(client, "MAIL FROM:<a@sender.example>");
      while (attacker.goesOn()) {
        attacker.spend(FOREIGN_RECIPIENTS.length);
        client.raw(FOREIGN_RECIPIENTS); // waits when all buffers on the way are full
      }
    }
  }

  static void resets(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      while (attacker.goesOn()) {
        attacker.pipeline(client, RESETS, RESETS_REPLIES);
      }
    }
  }

  static void http(Attacker attacker) throws IOException, InterruptedException {
    byte[] request = Attacker.lines("POST / HTTP/1.1", "Host: mail.example", "", "MAIL FROM:<a@b>");
    while (attacker.goesOn()) {
      try (Socket socket = attacker.connected()) {
        socket.getInputStream().read(); // the greeting has begun
        attacker.spend(request.length);
        socket.getOutputStream().write(request);
        socket.getInputStream().readAllBytes();
      } catch (IOException ended) {
        attacker.count("ended");
      }
    }
  }

  static void connects(Attacker attacker) throws IOException, InterruptedException {
    while (attacker.goesOn()) {
      try (Socket socket = attacker.connected()) {
        socket.setSoLinger(true, 0); // or all ports wait for a minute
      }
    }
  }

  /** The server has answered with its certificate when the client goes. */
  static void halfHandshakes(Attacker attacker) throws IOException, InterruptedException {
    byte[] hello = ClientHellos.one();
    byte[] answer = new byte[16 * 1024];
    while (attacker.goesOn()) {
      try (Socket socket = attacker.connected()) {
        socket.setSoLinger(true, 0);
        if (!readUntil(socket, answer, "220 ")) {
          continue;
        }
        socket.getOutputStream().write(Attacker.lines("EHLO attacker.example", "STARTTLS"));
        if (!readUntil(socket, answer, "220 2.0.0")) {
          continue;
        }
        attacker.spend(hello.length + 2_000L);
        socket.getOutputStream().write(hello);
        if (socket.getInputStream().read(answer) > 0) {
          attacker.count("half handshakes");
        }
      } catch (IOException ended) {
        attacker.count("ended");
      }
    }
  }

  private static boolean readUntil(Socket socket, byte[] buffer, String words) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(words) < 0) {
      int read = socket.getInputStream().read(buffer);
      if (read < 0) {
        return false;
      }
      all.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
    }
    return true;
  }

  static void silent(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      client.patience(LONG);
      Reply last = client.reply(); // 421 when the server has waited long enough
      attacker.told(last);
    }
  }
}
