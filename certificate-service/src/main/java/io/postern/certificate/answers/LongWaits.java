package io.postern.certificate.answers;

/**
 * Questions that wait for lists, answers or anchors which are on their way, each on a thread of its
 * own and not on a judge's: an endpoint that stalls costs no other question anything. Bounded by
 * count and bytes; how long one waits is bounded where it waits. Any thread; never blocks.
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

  /** False: too many wait. */
  boolean begin(Question question, Runnable work) {
    synchronized (this) {
      if (count >= maxCount || bytes + question.bytes() > maxBytes) {
        return false;
      }
      count++;
      bytes += question.bytes();
    }
    Thread.ofVirtual()
        .name("waiting-judge")
        .start(
            () -> {
              try {
                work.run();
              } finally {
                end(question);
              }
            });
    return true;
  }

  private synchronized void end(Question question) {
    count--;
    bytes -= question.bytes();
  }

  synchronized int waiting() {
    return count;
  }
}
