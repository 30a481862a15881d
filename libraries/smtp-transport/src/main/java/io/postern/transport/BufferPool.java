package io.postern.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pool of buffers that sessions hold only while bytes pass: an idle session has none. Any thread.
 * Bound: the pool keeps as many as {@code kept} when they are not in use; further ones are garbage.
 * There are never more large ones than that: a session that finds none takes a small one. An owner
 * that has given a buffer back must not touch it any more.
 */
final class BufferPool {
  /**
   * One TLS record with all that can surround it (RFC 8446 §5.2: 2^14 + 256 + 5; BoringSSL's engine
   * asks for 16,704).
   */
  static final int SIZE = 17 * 1024;

  static final BufferPool HEAP = new BufferPool(false, SIZE, 256);
  static final BufferPool DIRECT = new BufferPool(true, SIZE, 64);

  /** Records of content on their way out, {@value #RECORDS} a write: 2 MiB in all. */
  static final BufferPool LARGE_DIRECT = new BufferPool(true, BufferPool.RECORDS * SIZE, 32);

  /** Records of content on their way in: 2 MiB in all. */
  static final BufferPool LARGE_HEAP = new BufferPool(false, BufferPool.RECORDS * SIZE, 32);

  private static final int RECORDS = 4;

  private final boolean direct;
  private final int size;
  private final int kept;
  private final ArrayBlockingQueue<ByteBuffer> free;
  private final AtomicInteger made = new AtomicInteger(); // for takeIfAny alone

  BufferPool(boolean direct, int size, int kept) {
    this.direct = direct;
    this.size = size;
    this.kept = kept;
    this.free = new ArrayBlockingQueue<>(kept);
  }

  ByteBuffer take() {
    ByteBuffer buffer = free.poll();
    return buffer == null ? make() : buffer.clear();
  }

  /** Null when as many are in use as may be. */
  @Nullable ByteBuffer takeIfAny() {
    ByteBuffer buffer = free.poll();
    if (buffer != null) {
      return buffer.clear();
    }
    if (made.getAndUpdate(n -> Math.min(n + 1, kept)) == kept) {
      return null;
    }
    return make();
  }

  private ByteBuffer make() {
    return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
  }

  /** Gives back a buffer of {@code large} or {@code small}. */
  static void give(ByteBuffer buffer, BufferPool large, BufferPool small) {
    (buffer.capacity() == large.size ? large : small).give(buffer);
  }

  void give(ByteBuffer buffer) {
    free.offer(buffer);
  }
}
