package io.postern.e2e.attacks;

import io.postern.lab.Identity;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Senders at five addresses with four connections each, ten mails of 10 KB a session, over
 * STARTTLS: strangers who write to mailboxes, and the organization's own server that writes to a
 * partner and to friends. Each mail is due at its time, whatever became of the one before: a sender
 * that is held up makes the next ones wait, and that counts. Closing ends the senders.
 */
final class FairTraffic implements AutoCloseable {
  private static final int ADDRESSES = 5;
  private static final int CONNECTIONS = 4;
  private static final int MAILS_A_SESSION = 10;
  private static final int SIZE = 10 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration AFTER_ERROR = Duration.ofMillis(100);
  private static final long LONGEST_LAG = Duration.ofSeconds(1).toNanos();
  private static final byte[] TEXT =
      "0123456789".repeat(7).concat("\r\n").repeat(SIZE / 72).getBytes(StandardCharsets.US_ASCII);

  private final FairMail mail;
  private final int port;
  private final Identity ownServer;
  private final AtomicLong numbers = new AtomicLong();
  private final List<Thread> senders = new ArrayList<>();
  private long intervalNanos;
  private long nextDue = System.nanoTime();
  private volatile boolean closing;

  /** The session ends behind a mail that is counted already. */
  private static final class NotAcceptedException extends IOException {
    private static final long serialVersionUID = 1;
  }

  FairTraffic(FairMail mail, int port, Identity ownServer) {
    this.mail = mail;
    this.port = port;
    this.ownServer = ownServer;
    for (int i = 0; i < ADDRESSES * CONNECTIONS; i++) {
      int number = i;
      senders.add(Thread.ofVirtual().name("fair " + i).start(() -> send(number)));
    }
  }

  /**
   * @param mailsASecond 0: as fast as can be
   */
  synchronized void rate(double mailsASecond) {
    intervalNanos = mailsASecond == 0 ? 0 : (long) (1e9 / mailsASecond);
    nextDue = System.nanoTime();
  }

  /** When the next mail is due: at most a second ago, what else is owed is not sent. */
  private synchronized long due() {
    long now = System.nanoTime();
    if (intervalNanos == 0) {
      return now;
    }
    if (now - nextDue > LONGEST_LAG) {
      long missed = (now - nextDue) / intervalNanos;
      mail.window().missed(missed);
      nextDue += missed * intervalNanos;
    }
    long due = nextDue;
    nextDue += intervalNanos;
    return due;
  }

  private void send(int number) {
    String address = "127.0.1." + (1 + number % ADDRESSES);
    boolean stranger = number / ADDRESSES % 2 == 0;
    try {
      while (!closing) {
        try (SmtpClient client = session(address, stranger)) {
          for (int i = 0; i < MAILS_A_SESSION && !closing; i++) {
            one(client, stranger);
          }
          client.quit();
        } catch (NotAcceptedException counted) {
          Thread.sleep(AFTER_ERROR);
        } catch (IOException failed) {
          mail.window().error(words(failed));
          Thread.sleep(AFTER_ERROR);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private SmtpClient session(String address, boolean stranger) throws IOException {
    SmtpClient client =
        SmtpClient.connect(new InetSocketAddress("127.0.0.1", port), address).patience(PATIENCE);
    try {
      String name = stranger ? "mail.sender.example" : AttackedWorld.OWN_SERVER;
      positive(client.banner());
      positive(client.ehlo(name));
      positive(client.startTls(stranger ? null : ownServer));
      positive(client.ehlo(name));
      return client;
    } catch (IOException refused) {
      client.close();
      throw refused;
    }
  }

  private void one(SmtpClient client, boolean stranger) throws IOException, InterruptedException {
    long due = due();
    long wait = due - System.nanoTime();
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
    long number = numbers.incrementAndGet();
    mail.begins(number);
    @Nullable String why = null;
    try {
      Reply reply = client.send(from(stranger), to(stranger, number), content(number));
      if (reply.code() == 250) {
        mail.accepted(number, due);
      } else {
        why = reply.code() + " " + reply.text();
      }
    } catch (IOException failed) {
      why = words(failed);
    }
    if (why != null) {
      mail.notAccepted(number, why);
      throw new NotAcceptedException();
    }
  }

  private static String from(boolean stranger) {
    return stranger ? "anna@sender.example" : "anna@" + AttackTarget.MAILBOXES;
  }

  private static String to(boolean stranger, long number) {
    if (stranger) {
      return "ben@" + AttackTarget.MAILBOXES;
    }
    return "ben@" + (number % 2 == 0 ? AttackedWorld.PARTNER : AttackedWorld.FRIENDS);
  }

  private static byte[] content(long number) {
    byte[] header =
        "From: anna@sender.example\r\nSubject: fair %d\r\n\r\n"
            .formatted(number)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[header.length + TEXT.length];
    System.arraycopy(header, 0, all, 0, header.length);
    System.arraycopy(TEXT, 0, all, header.length, TEXT.length);
    return all;
  }

  private static void positive(Reply reply) throws IOException {
    if (!reply.isPositive()) {
      throw new IOException(reply.code() + " " + reply.text());
    }
  }

  private static String words(IOException failed) {
    String message = failed.getMessage();
    String words = message == null ? failed.getClass().getSimpleName() : message;
    return words.replaceAll("\\(reference [^)]*\\)", "").strip();
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    rate(0);
    for (Thread sender : senders) {
      sender.join(PATIENCE);
    }
  }
}
