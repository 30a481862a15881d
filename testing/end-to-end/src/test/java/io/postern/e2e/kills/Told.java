package io.postern.e2e.kills;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What the senders were told of each message, and what they sent. Thread-safe. */
final class Told {
  private final AtomicReferenceArray<String> accepted;
  private final AtomicReferenceArray<byte[]> sent;
  private final AtomicIntegerArray unsure;
  private final AtomicIntegerArray attempts;

  Told(int messages) {
    accepted = new AtomicReferenceArray<>(messages);
    sent = new AtomicReferenceArray<>(messages);
    unsure = new AtomicIntegerArray(messages);
    attempts = new AtomicIntegerArray(messages);
  }

  void begins(int seq, byte[] sha256) {
    sent.set(seq, sha256);
    attempts.incrementAndGet(seq);
  }

  /** 250 with a queue id. */
  void accepted(int seq, String queueId) {
    accepted.set(seq, queueId);
  }

  /** No 250 came, and it may have been taken all the same (G5 c). */
  void unsure(int seq) {
    unsure.incrementAndGet(seq);
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
