package io.postern.ingress.recipients;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Answers that a test gives; without one the caller waits for its patience. */
public final class MemoryRecipientQuestions implements RecipientQuestions {
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, Answer> known = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** From now on the route says so, also to those who wait. */
  public void answers(String address, Existence existence) {
    synchronized (this) {
      Answer answer =
          new Answer(existence, existence == Existence.EXISTS ? "" : "the mailbox route said so");
      answers.put(address, answer);
      if (asked.contains(address)) {
        known.put(address, answer);
      }
      notifyAll();
    }
  }

  /** In their order, each once. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  @Override
  public @Nullable Answer known(Mailbox mailbox) {
    return known.get(mailbox.address());
  }

  @Override
  public synchronized void ask(Mailbox mailbox) {
    if (!asked.contains(mailbox.address())) {
      asked.add(mailbox.address());
    }
    Answer answer = answers.get(mailbox.address());
    if (answer != null) {
      known.put(mailbox.address(), answer);
    }
  }

  @Override
  public synchronized Answer answer(Mailbox mailbox, Duration patience) {
    ask(mailbox);
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (known(mailbox) == null) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return Answer.unknown("no response in time");
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.unknown("interrupted");
    }
    Answer answer = known(mailbox);
    return answer == null ? Answer.unknown("gone") : answer;
  }
}
