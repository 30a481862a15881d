package io.postern.log.content;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.ContentReference;
import io.postern.log.LogUnavailableException;
import io.postern.log.WatchedCondition;
import io.postern.log.content.ContentException.Kind;
import io.postern.log.sealing.BrokenSealException;
import io.postern.log.sealing.ContentKeys;
import io.postern.log.sealing.SealingKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One reference being read: its reader's thread (a lane's) fills, its owner empties and checks.
 * While it is <i>wanted</i> a lane has it; a lane gives it back when it is full, and the owner
 * wants it again when it has emptied it.
 */
final class Passage {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int LOW_BYTES = 256 * 1024;

  private final ContentReference reference;
  private final TopicPartition partition;
  private final ContentBudget budget;
  private final ContentKeys keys;
  private final boolean sealed;
  private final Consumer<Passage> more;
  private final boolean stepsKnown;

  // Owner's
  private final MessageDigest digest = Fingerprints.digest();
  private long received;

  // Under the lock
  private final ReentrantLock lock = new ReentrantLock();
  private final WatchedCondition changed = new WatchedCondition(lock);
  private final ArrayDeque<ByteBuffer> ready = new ArrayDeque<>();
  private long buffered;
  private boolean wanted = true;
  private boolean complete;
  private boolean closed;
  private @Nullable ContentException failure;

  // The lane's that has it; a lane hands over through the lock or its inbox
  private long next;
  private int chunks;
  private @Nullable String owner;

  /**
   * @param more reads on when a full passage was emptied
   */
  Passage(
      ContentReference reference, ContentBudget budget, ContentKeys keys, Consumer<Passage> more) {
    this.reference = reference;
    this.partition = new TopicPartition(reference.getTopic(), reference.getPartition());
    this.budget = budget;
    this.keys = keys;
    this.sealed = reference.getTopic().equals(Topics.MAIL_ACCEPTED);
    this.more = more;
    this.next = reference.getFirstOffset();
    this.owner = reference.getQueueId().isEmpty() ? null : reference.getQueueId();
    this.stepsKnown = reference.getChunkStepsCount() > 0 || next == reference.getLastOffset();
    boolean content =
        reference.getTopic().equals(Topics.MAIL_CONTENT)
            || reference.getTopic().equals(Topics.MAIL_CONTENT_HELD)
            || sealed && owner != null && next == reference.getLastOffset();
    if (!content || reference.getPartition() < 0 || next < 0 || next > reference.getLastOffset()) {
      fail(Kind.DAMAGED, "reference without content", null);
    }
  }

  TopicPartition partition() {
    return partition;
  }

  /** Of the whole reference. */
  long size() {
    return reference.getSize();
  }

  /**
   * Next bytes, checked; null at the end. The last buffer is handed out only when size and digest
   * are right.
   */
  @Nullable ByteBuffer next(Duration patience) throws ContentException {
    while (true) {
      ByteBuffer data;
      boolean last;
      boolean again;
      lock.lock();
      try {
        if (!awaitReady(patience)) {
          return null;
        }
        data = ready.remove();
        buffered -= data.remaining();
        budget.add(-data.remaining());
        last = complete && ready.isEmpty();
        again = !wanted && !complete && buffered < LOW_BYTES;
        wanted |= again;
      } finally {
        lock.unlock();
      }
      if (again) {
        more.accept(this);
      }
      if (sealed) {
        data = opened(data);
      }
      check(data, last);
      if (data.hasRemaining()) {
        return data;
      }
    }
  }

  private ByteBuffer opened(ByteBuffer data) throws ContentException {
    Kind kind;
    String why;
    @Nullable Exception cause;
    try {
      byte[] content = data.array(); // all of it, see take()
      String id = SealingKey.idOf(content);
      SealingKey key = keys.find(id);
      if (key != null) {
        return ByteBuffer.wrap(key.open(reference.getQueueId(), content));
      }
      kind = Kind.KEYLESS;
      why = "its key " + id + " is not in " + Topics.MAIL_CONTENT_KEYS;
      cause = null;
    } catch (BrokenSealException e) {
      kind = Kind.DAMAGED;
      why = "it cannot be opened: " + e.getMessage();
      cause = e;
    } catch (LogUnavailableException e) {
      kind = Kind.UNAVAILABLE;
      why = "its key cannot be read";
      cause = e;
    }
    fail(kind, why, cause); // else the next call would take it for the end
    throw new ContentException(kind, at(why), cause);
  }

  private void check(ByteBuffer data, boolean last) throws ContentException {
    received += data.remaining();
    digest.update(data.array(), data.arrayOffset(), data.remaining());
    boolean right =
        last
            ? received == reference.getSize()
                && MessageDigest.isEqual(digest.digest(), reference.getSha256().toByteArray())
            : received <= reference.getSize();
    if (!right) {
      fail(Kind.DAMAGED, "size or digest differ from the accepted content", null);
      throw new ContentException(
          Kind.DAMAGED, at("size or digest differ from the accepted content"), null);
    }
  }

  /** False at the end. */
  private boolean awaitReady(Duration patience) throws ContentException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (failure == null && ready.isEmpty() && !complete) {
      try {
        if (!changed.await(deadline)) {
          throw new ContentException(Kind.UNAVAILABLE, at("Kafka did not respond in time"), null);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ContentException(Kind.UNAVAILABLE, "interrupted", e);
      }
    }
    if (failure != null) {
      throw new ContentException(failure.kind(), String.valueOf(failure.getMessage()), failure);
    }
    return !ready.isEmpty();
  }

  /** The owner is done, at the end or before. */
  void close() {
    lock.lock();
    try {
      closed = true;
      budget.add(-buffered);
      buffered = 0;
      ready.clear();
    } finally {
      lock.unlock();
    }
  }

  // The lane that has it calls the following methods.

  /** The offset that is needed next. */
  long position() {
    return next;
  }

  /** True when no more shall be read now; the lane then forgets the passage. */
  boolean release() {
    lock.lock();
    try {
      boolean full = buffered > 0 && (buffered >= WINDOW_BYTES || budget.spent());
      if (full || complete || closed || failure != null) {
        wanted = false;
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** The record at {@link #position}. */
  void take(@Nullable String key, byte @Nullable [] value) {
    if (key == null || value == null) {
      fail(Kind.DAMAGED, "a record is not a chunk", null);
      return;
    }
    if (owner != null && !owner.equals(key)) {
      // Offsets may have been used again, after a loss of the topic's end.
      if (stepsKnown || chunks == 0) {
        fail(Kind.DAMAGED, "a chunk is another message's", null);
      } else {
        advance();
      }
      return;
    }
    owner = key;
    if (sealed) {
      ready(ByteBuffer.wrap(value), true);
      return;
    }
    ContentChunk chunk;
    try {
      chunk = chunk(value);
    } catch (IOException e) {
      fail(Kind.DAMAGED, "a chunk cannot be read", e);
      return;
    }
    if (!chunk.getQueueId().equals(owner)) {
      fail(Kind.DAMAGED, "a chunk is another message's", null);
      return;
    }
    boolean end = next == reference.getLastOffset();
    if (!stepsKnown && !end && chunk.getIndex() != chunks) {
      // Two writers copied the same content at the same time, cut alike: either's chunk will do.
      advance();
      return;
    }
    boolean last = stepsKnown ? end : chunk.getLast();
    if (chunk.getIndex() != chunks || chunk.getLast() != last || end && !last) {
      fail(Kind.DAMAGED, "chunk " + chunk.getIndex() + " is where " + chunks + " belongs", null);
      return;
    }
    chunks++;
    ready(Slices.of(chunk.getData()), last);
    if (!last) {
      advance();
    }
  }

  private void ready(ByteBuffer data, boolean last) {
    lock.lock();
    try {
      if (!closed) {
        ready.add(data);
        buffered += data.remaining();
        budget.add(data.remaining());
      }
      complete = last;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Its data is a slice of the record's value, which nobody changes. */
  static ContentChunk chunk(byte[] value) throws IOException {
    CodedInputStream input = UnsafeByteOperations.unsafeWrap(value).newCodedInput();
    input.enableAliasing(true); // without the wrapper the data would be a copy
    return ContentChunk.parseFrom(input);
  }

  /** There are no records from {@link #position} up to this offset. */
  void missing(long to) {
    if (chunks == 0 || stepsKnown) {
      fail(Kind.GONE, "Kafka no longer has it", null);
    } else {
      next = to - 1;
      advance();
    }
  }

  void fail(Kind kind, String why, @Nullable Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = new ContentException(kind, at(why), cause);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void advance() {
    // After the chunk with number chunks - 1 comes its step.
    boolean step = stepsKnown && chunks <= reference.getChunkStepsCount();
    next += step ? reference.getChunkSteps(chunks - 1) : 1;
    if (next > reference.getLastOffset() || step && reference.getChunkSteps(chunks - 1) < 1) {
      fail(Kind.DAMAGED, "it ends without its last chunk", null);
    }
  }

  private String at(String why) {
    return "content at "
        + reference.getTopic()
        + "-"
        + reference.getPartition()
        + " "
        + reference.getFirstOffset()
        + "-"
        + reference.getLastOffset()
        + ": "
        + why;
  }
}
