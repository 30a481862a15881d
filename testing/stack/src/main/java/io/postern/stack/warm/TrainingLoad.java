package io.postern.stack.warm;

import io.postern.lab.Identity;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The mail of a training run: the loads of docs/evidence/performance.md, in their proportions of
 * code paths and not of messages. Bounded in count. A session whose mail is put off, as on a
 * machine that is overloaded, ends early; a refusal for good ends the run.
 */
final class TrainingLoad {
  private static final int SENDERS = 6;
  private static final Duration ARRIVAL = Duration.ofSeconds(120);

  /**
   * Mail of one kind.
   *
   * @param sessions of all senders together
   */
  private record Part(int sessions, int messages, int size) {}

  private static final List<Part> PARTS =
      List.of(
          new Part(30, 100, 10 << 10),
          new Part(600, 1, 10 << 10),
          new Part(12, 5, 100 << 10),
          new Part(12, 2, 1 << 20),
          new Part(12, 100, 10 << 10));

  private final TrainingWorld world;

  TrainingLoad(TrainingWorld world) {
    this.world = world;
  }

  void run() throws Exception {
    long sent = 0;
    for (Part part : PARTS) {
      sent += send(part);
      world.awaitTaken(sent, ARRIVAL);
    }
  }

  /** How many were taken. */
  private long send(Part part) throws Exception {
    byte[] content = content(part.size());
    Identity sender = world.sender();
    try (ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      List<Future<Integer>> sessions = new ArrayList<>();
      for (int i = 0; i < part.sessions(); i++) {
        // Every other one presents a certificate.
        Identity certificate = i % 2 == 0 ? sender : null;
        sessions.add(senders.submit(() -> session(certificate, part.messages(), content)));
      }
      long taken = 0;
      for (Future<Integer> session : sessions) {
        taken += session.get();
      }
      return taken;
    }
  }

  private int session(@Nullable Identity certificate, int messages, byte[] content)
      throws Exception {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", world.smtpPort())) {
      client.ehlo("sender.training.example");
      client.startTls(certificate);
      client.ehlo("sender.training.example");
      for (int i = 0; i < messages; i++) {
        String to = i % 2 == 0 ? "someone@training.example" : "someone@partner.example";
        Reply reply = client.send("sender@training.example", to, content);
        if (reply.code() >= 400 && reply.code() < 500) {
          return i;
        }
        if (reply.code() != 250) {
          throw new IllegalStateException("the training run's mail was answered " + reply.code());
        }
      }
      client.quit();
      return messages;
    }
  }

  private static byte[] content(int size) {
    StringBuilder text =
        new StringBuilder(
            """
            From: Sender <sender@training.example>\r
            To: Someone <someone@training.example>\r
            Subject: Training\r
            Date: Thu, 1 Jan 2026 00:00:00 +0000\r
            Message-ID: <training@training.example>\r
            \r
            """);
    while (text.length() < size) {
      text.append(
          "A line of a message is as long as this one, more or less, and means nothing.\r\n");
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
