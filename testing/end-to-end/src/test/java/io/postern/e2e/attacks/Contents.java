package io.postern.e2e.attacks;

import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Attacks by content that is not accepted, and by what is held before it is. */
final class Contents {
  private static final byte[] TEXT =
      "x".repeat(998).concat("\r\n").repeat(1_000).getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BARE_LINE_END = Attacker.lines("bare\n line end", ".");
  private static final byte[] SLOW_TEXT = {'x'};
  private static final byte[] LONG_RECIPIENTS = longRecipients();
  private static final int RECIPIENTS = 845;
  private static final int IN_DATA = 3;
  private static final int CONNECTIONS_OF_ADDRESS = 100;
  private static final Duration BETWEEN = Duration.ofSeconds(5);
  private static final Duration AFTER_REFUSAL = Duration.ofMillis(100);

  private Contents() {}

  private static byte[] longRecipients() {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < RECIPIENTS; i++) {
      all.append("RCPT TO:<%064d@%s> ORCPT=rfc822;".formatted(i, AttackTarget.MAILBOXES))
          .append("o".repeat(490))
          .append("\r\n");
    }
    return all.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether the server waits for content. */
  private static boolean data(Attacker attacker, SmtpClient client)
      throws IOException, InterruptedException {
    if (attacker.command(client, "MAIL FROM:<a@sender.example>").isPositive()) {
      attacker.command(client, "RCPT TO:<anna@" + AttackTarget.MAILBOXES + ">");
      return attacker.command(client, "DATA").code() == 354;
    }
    attacker.pause(AFTER_REFUSAL);
    return false;
  }

  static void abandoned(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      if (data(attacker, client)) {
        attacker.spend(TEXT.length);
        client.raw(TEXT);
        attacker.count("contents");
      }
      client.reset();
    }
  }

  static void damaged(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      while (attacker.goesOn() && data(attacker, client)) {
        attacker.spend(TEXT.length);
        client.raw(TEXT);
        client.raw(BARE_LINE_END);
        attacker.told(client.reply());
        attacker.count("contents");
      }
    }
  }

  static void slow(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      if (attacker.number() / CONNECTIONS_OF_ADDRESS < IN_DATA && !data(attacker, client)) {
        return;
      }
      while (attacker.goesOn()) {
        attacker.spend(SLOW_TEXT.length);
        client.raw(SLOW_TEXT);
        attacker.pause(BETWEEN);
      }
    }
  }

  static void recipients(Attacker attacker) throws IOException, InterruptedException {
    try (SmtpClient client = attacker.session()) {
      Reply from = attacker.command(client, "MAIL FROM:<a@sender.example>");
      if (from.isPositive()) {
        attacker.pipeline(client, LONG_RECIPIENTS, RECIPIENTS);
        while (attacker.goesOn()) {
          attacker.pause(BETWEEN);
          attacker.command(client, "NOOP");
        }
      }
    }
  }
}
