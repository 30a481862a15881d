package io.postern.certificate.answers;

/**
 * The questions whose judgements wait for lists, answers or anchors, each from its first wait to
 * its end. Bounded by count and bytes; the fetch or the reader bounds the length of a wait. Any
 * thread; never blocks.
 */
final class LongWaits {
  private final int maxCount;
  private final long maxBytes;
  private int count;
  private long bytes;

  LongWaits(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** A place for this question, not taken yet. */
  Place placeFor(Question question) {
    return new Place(question.bytes());
  }

  synchronized int waiting() {
    return count;
  }

  /** One question's place. */
  final class Place implements AutoCloseable {
    private final int size;
    private boolean taken;

    private Place(int size) {
      this.size = size;
    }

    /** False: too many wait. Once. */
    boolean take() {
      synchronized (LongWaits.this) {
        if (count >= maxCount || bytes + size > maxBytes) {
          return false;
        }
        count++;
        bytes += size;
        taken = true;
        return true;
      }
    }

    /** The question's judgement has ended. */
    @Override
    public void close() {
      synchronized (LongWaits.this) {
        if (taken) {
          taken = false;
          count--;
          bytes -= size;
        }
      }
    }
  }
}
