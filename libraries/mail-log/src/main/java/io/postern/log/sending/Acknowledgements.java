package io.postern.log.sending;

import io.postern.log.LogUnavailableException;
import io.postern.log.WatchedCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Records of one message that were sent, and the log's acknowledgements. One thread sends and
 * waits, the producer's thread answers. The first failure stays.
 */
final class Acknowledgements {
  private final ReentrantLock lock = new ReentrantLock();
  private final WatchedCondition changed = new WatchedCondition(lock);
  private final List<Long> offsets = new ArrayList<>();
  private int open;
  private long openBytes;
  private @Nullable Exception failure;

  /** Call before sending; the number names the record in {@link #answered}. */
  int sending(int bytes) {
    lock.lock();
    try {
      offsets.add(-1L);
      open++;
      openBytes += bytes;
      return offsets.size() - 1;
    } finally {
      lock.unlock();
    }
  }

  void answered(int number, int bytes, long offset, @Nullable Exception why) {
    lock.lock();
    try {
      offsets.set(number, offset);
      open--;
      openBytes -= bytes;
      if (failure == null) {
        failure = why;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until at most {@code bytes} are unacknowledged. */
  void awaitBelow(long bytes, Duration patience) throws LogUnavailableException {
    lock.lock();
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      while (failure == null && openBytes > bytes) {
        await(deadline);
      }
      check();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for every acknowledgement; offsets in the order in which the records were sent. */
  List<Long> awaitAll(Duration patience) throws LogUnavailableException {
    lock.lock();
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      while (failure == null && open > 0) {
        await(deadline);
      }
      check();
      return List.copyOf(offsets);
    } finally {
      lock.unlock();
    }
  }

  private void await(long deadline) throws LogUnavailableException {
    try {
      if (!changed.await(deadline)) {
        failure = new TimeoutException("no response in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    }
  }

  private void check() throws LogUnavailableException {
    if (failure != null) {
      throw new LogUnavailableException("Kafka has not acknowledged", failure);
    }
  }
}
