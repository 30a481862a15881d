package io.postern.e2e.kills;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What the senders were told of each message, and what they sent. Thread-safe. */
final class Told {
  private final AtomicReferenceArray<String> accepted;
  private final AtomicReferenceArray<byte[]> sent;
  private final AtomicIntegerArray unsure;
  private final AtomicIntegerArray attempts;
  private final AtomicLongArray acceptedNanos;
  private final long began = System.nanoTime();
  private volatile String refusal = "";
  private final AtomicInteger underWay = new AtomicInteger();
  private final ConcurrentLinkedQueue<Long> rests = new ConcurrentLinkedQueue<>();

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

  /** What a sender heard or saw last that was no 250; it tries again. */
  void refused(String what) {
    refusal = what;
  }

  String lastRefusal() {
    return refusal;
  }

  /** Since the last 250, or since no sender wanted one. */
  Duration unserved() {
    long[] served = servedNanos();
    return Duration.ofNanos(
        System.nanoTime() - (served.length == 0 ? began : served[served.length - 1]));
  }

  /** No 250 came, and it may have been taken all the same (G5 c). */
  void unsure(int seq) {
    unsure.incrementAndGet(seq);
  }

  /** A sender is at work on a message until {@link #ends}. */
  void isUnderWay() {
    underWay.incrementAndGet();
  }

  void ends() {
    underWay.decrementAndGet();
  }

  /** A sender waits for what happens to the services; without any at work nobody misses a 250. */
  void rests() {
    if (underWay.get() == 0) {
      rests.add(System.nanoTime());
    }
  }

  /** When each 250 came, ascending, by System.nanoTime. */
  long[] acceptedNanos() {
    return times().sorted().toArray();
  }

  /** The same, with the times at which no sender wanted one. */
  long[] servedNanos() {
    return LongStream.concat(times(), rests.stream().mapToLong(Long::longValue)).sorted().toArray();
  }

  private LongStream times() {
    return IntStream.range(0, accepted.length())
        .filter(seq -> accepted.get(seq) != null)
        .mapToLong(acceptedNanos::get);
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
