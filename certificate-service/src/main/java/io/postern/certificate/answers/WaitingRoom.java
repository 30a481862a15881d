package io.postern.certificate.answers;

import io.postern.contracts.VerdictKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions that wait for a judgement, newest first, so that an old backlog delays no fresh one. A
 * question that waits or is being judged already is not taken in twice: its answer serves all.
 *
 * <p>Bounded by count and bytes: one question too many pushes the oldest out. Any thread; {@link
 * #awaitOne} blocks, nothing else does.
 */
final class WaitingRoom {
  /**
   * The fate of a question that was offered.
   *
   * @param merged the same question waits, or is being judged: its answer serves both
   * @param pushedOut questions that had to leave for it; the caller answers them
   */
  record Result(boolean merged, List<Question> pushedOut) {}

  private final int maxCount;
  private final long maxBytes;
  private final Deque<Question> waiting = new ArrayDeque<>();
  // Latest deadline of the questions with a key, waiting or being judged.
  private final Map<VerdictKey, Long> deadlines = new HashMap<>();
  private long bytes;
  private boolean closed;

  WaitingRoom(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  synchronized Result offer(Question question) {
    Long known = deadlines.get(question.key());
    if (known != null) {
      deadlines.put(question.key(), Math.max(known, question.deadlineMillis()));
      return new Result(true, List.of());
    }
    deadlines.put(question.key(), question.deadlineMillis());
    waiting.addFirst(question);
    bytes += question.bytes();
    List<Question> pushedOut = new ArrayList<>();
    while (waiting.size() > maxCount || bytes > maxBytes) {
      Question oldest = waiting.removeLast();
      bytes -= oldest.bytes();
      deadlines.remove(oldest.key());
      pushedOut.add(oldest);
    }
    notify();
    return new Result(false, pushedOut);
  }

  /** Blocks until a question waits; false: the room is closed. */
  synchronized boolean awaitOne() throws InterruptedException {
    while (waiting.isEmpty() && !closed) {
      wait();
    }
    return !closed;
  }

  /** The newest question, with the latest deadline of those that were merged; null: none waits. */
  synchronized @Nullable Question poll() {
    Question newest = waiting.pollFirst();
    if (newest == null) {
      return null;
    }
    bytes -= newest.bytes();
    long deadline = deadlines.getOrDefault(newest.key(), newest.deadlineMillis());
    return new Question(newest.key(), newest.request(), deadline, newest.bytes());
  }

  /** The question was answered or dropped: the same one is a new one from now on. */
  synchronized void done(Question question) {
    deadlines.remove(question.key());
  }

  synchronized int waiting() {
    return waiting.size();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
