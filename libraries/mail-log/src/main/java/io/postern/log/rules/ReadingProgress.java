package io.postern.log.rules;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The time until which a reader has read one partition: all that the log had at that time. The end
 * of a watch, a hold or a lifetime waits until the reader has read the outcomes that were in the
 * log then, since the reader may have been away for an hour.
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
      // The clock was set back: the times that it shows again are others.
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

  /**
   * The time that counts for watches, holds and lifetimes: until then all was read.
   *
   * @param nowMillis the clock; when it is set back behind the result, reading begins anew
   */
  public synchronized long until(long nowMillis) {
    if (readUntil > nowMillis) {
      readUntil = Long.MIN_VALUE;
      answers.removeIf(answer -> answer.askedMillis() > nowMillis);
    }
    return readUntil;
  }

  /** The last time of which all that the log had was read; {@link Long#MIN_VALUE}: none yet. */
  public synchronized long readUntil() {
    return readUntil;
  }
}
