package io.postern.log.rules;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far a reader of one partition is behind the time: until when everything that the log had was
 * read. What time brings waits for that: a watch, a hold or a lifetime ends only when the outcomes
 * that were in the log at that time have been read, since the reader may have been away for an
 * hour.
 *
 * <p>Any thread. Bounded: of many answers the middle ones are dropped.
 */
public final class ReadingProgress {
  private static final int MOST_ANSWERS = 64;

  private record Answer(long askedMillis, long end) {}

  private final Deque<Answer> answers = new ArrayDeque<>();
  private long next = -1;
  private long lastAsked = Long.MIN_VALUE;
  private long readUntil = Long.MIN_VALUE;

  /**
   * The log's answer: its end.
   *
   * @param askedMillis the clock before it was asked
   * @param end offset of the next record, unread_committed or not
   */
  public synchronized void end(long askedMillis, long end) {
    if (askedMillis < lastAsked) {
      // The clock was set back: times that it shows again are not those that were read.
      answers.clear();
      readUntil = Long.MIN_VALUE;
    }
    lastAsked = askedMillis;
    if (answers.size() >= MOST_ANSWERS) {
      answers.removeLast();
    }
    answers.addLast(new Answer(askedMillis, end));
    settle();
  }

  /** All before this offset was read. */
  public synchronized void read(long nextOffset) {
    next = Math.max(next, nextOffset);
    settle();
  }

  private void settle() {
    for (Answer first = answers.peekFirst();
        first != null && first.end() <= next;
        first = answers.peekFirst()) {
      readUntil = Math.max(readUntil, first.askedMillis());
      answers.removeFirst();
    }
  }

  /** Whether all that the log had at this time was read. */
  public synchronized boolean hasReadUntil(long millis) {
    return readUntil >= millis;
  }

  /**
   * What time it is for whatever waits for what was said: at most until when all was read.
   *
   * @param nowMillis the clock; set back behind what was read, it begins anew
   */
  public synchronized long until(long nowMillis) {
    if (readUntil > nowMillis) {
      readUntil = Long.MIN_VALUE;
      answers.removeIf(answer -> answer.askedMillis() > nowMillis);
    }
    return readUntil;
  }

  /** The last time of which that is known; {@link Long#MIN_VALUE}: none yet. */
  public synchronized long readUntil() {
    return readUntil;
  }
}
