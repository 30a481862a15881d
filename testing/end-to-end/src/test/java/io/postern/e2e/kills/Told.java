package io.postern.e2e.kills;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the senders were told of each message, and what they sent. Thread-safe. */
final class Told {
  private final AtomicReferenceArray<String> accepted;
  private final AtomicReferenceArray<byte[]> sent;
  private final AtomicIntegerArray unsure;
  private final AtomicIntegerArray attempts;
  private final AtomicLongArray acceptedNanos;

  Told(int messages) {
    accepted = new AtomicReferenceArray<>(messages);
    sent = new AtomicReferenceArray<>(messages);
    unsure = new AtomicIntegerArray(messages);
    attempts = new AtomicIntegerArray(messages);
    acceptedNanos = new AtomicLongArray(messages);
  }

  void begins(int seq, byte[] sha256) {
    sent.set(seq, sha256);
    attempts.incrementAndGet(seq);
  }

  /** 250 with a queue id. */
  void accepted(int seq, String queueId) {
    acceptedNanos.set(seq, System.nanoTime());
    accepted.set(seq, queueId);
  }

  /** No 250 came, and it may have been taken all the same (G5 c). */
  void unsure(int seq) {
    unsure.incrementAndGet(seq);
  }

  /** When each 250 came, ascending, by System.nanoTime. */
  long[] acceptedNanos() {
    return IntStream.range(0, accepted.length())
        .filter(seq -> accepted.get(seq) != null)
        .mapToLong(acceptedNanos::get)
        .sorted()
        .toArray();
  }

  /** The digest of what was sent; null: it was never sent. */
  byte @Nullable [] sent(int seq) {
    return seq >= 0 && seq < sent.length() ? sent.get(seq) : null;
  }

  /** Null: no 250. */
  @Nullable String queueId(int seq) {
    return accepted.get(seq);
  }

  int timesUnsure(int seq) {
    return unsure.get(seq);
  }

  int attempts(int seq) {
    return attempts.get(seq);
  }

  int messages() {
    return accepted.length();
  }
}
