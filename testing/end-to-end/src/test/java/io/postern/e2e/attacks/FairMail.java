package io.postern.e2e.attacks;

import io.postern.lab.PeerMessage;
import io.postern.lab.PeerWitness;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The account of fair mail on both sides: what senders were told, what the mail hosts took.
 * Thread-safe. Memory: some 150 bytes a message that is under way.
 */
final class FairMail implements PeerWitness {
  private static final Pattern NUMBER = Pattern.compile("Subject: fair (\\d+)\r?\n");

  private final Map<Long, Mail> underWay = new ConcurrentHashMap<>();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong doubled = new AtomicLong();
  private volatile Window window = new Window("warming up");

  /** Accepted and taken are noted in any order: the sender may read its 250 late. */
  private static final class Mail {
    private final Window window;
    private long acceptedNanos;
    private long takenNanos;

    Mail(Window window) {
      this.window = window;
    }

    /** Whether it is settled now. */
    synchronized boolean note(long acceptedAt, long takenAt) {
      acceptedNanos = acceptedAt == 0 ? acceptedNanos : acceptedAt;
      takenNanos = takenAt == 0 ? takenNanos : takenAt;
      if (acceptedNanos == 0 || takenNanos == 0) {
        return false;
      }
      window.delivered(Math.max(0, takenNanos - acceptedNanos));
      return true;
    }

    synchronized boolean isOwed() {
      return acceptedNanos != 0 && takenNanos == 0;
    }
  }

  /** From now on mail counts there. */
  void window(Window next) {
    window = next;
  }

  Window window() {
    return window;
  }

  void begins(long number) {
    underWay.put(number, new Mail(window));
  }

  void accepted(long number, long dueNanos) {
    long now = System.nanoTime();
    accepted.incrementAndGet();
    Mail mail = underWay.get(number);
    if (mail != null) {
      mail.window.accepted(now - dueNanos);
      settle(number, mail.note(now, 0));
    }
  }

  /** No 250 was read: the mail is owed by nobody. It may have been taken nevertheless. */
  void notAccepted(long number, String why) {
    window.error(why);
    underWay.remove(number);
  }

  @Override
  public void took(PeerMessage message) {
    Matcher subject = NUMBER.matcher(message.start());
    if (!subject.find()) {
      return; // of an attacker
    }
    received.incrementAndGet();
    long number = Long.parseLong(subject.group(1));
    Mail mail = underWay.get(number);
    if (mail == null) {
      doubled.incrementAndGet();
    } else {
      settle(number, mail.note(0, message.takenNanos()));
    }
  }

  private void settle(long number, boolean settled) {
    if (settled) {
      underWay.remove(number);
    }
  }

  /** Accepted and not delivered. */
  long owed() {
    return underWay.values().stream().filter(Mail::isOwed).count();
  }

  /** One that is owed. */
  @Nullable Long example() {
    return underWay.entrySet().stream()
        .filter(mail -> mail.getValue().isOwed())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  /** Taken again, or taken though the sender read no 250. */
  long doubled() {
    return doubled.get();
  }

  long accepted() {
    return accepted.get();
  }

  long received() {
    return received.get();
  }
}
