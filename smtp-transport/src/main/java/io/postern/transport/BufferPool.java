package io.postern.transport;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Buffers that sessions hold only while bytes pass: an idle session has none. Any thread. Bound: as
 * many as {@code kept} stay when not in use; beyond that they are garbage. A buffer given back must
 * not be touched any more.
 */
final class BufferPool {
  /**
   * One TLS record with all that can surround it (RFC 8446 §5.2: 2^14 + 256 + 5; BoringSSL's engine
   * asks for 16,704).
   */
  static final int SIZE = 17 * 1024;

  static final BufferPool HEAP = new BufferPool(false, 256);
  static final BufferPool DIRECT = new BufferPool(true, 64);

  private final boolean direct;
  private final ArrayBlockingQueue<ByteBuffer> free;

  private BufferPool(boolean direct, int kept) {
    this.direct = direct;
    this.free = new ArrayBlockingQueue<>(kept);
  }

  ByteBuffer take() {
    ByteBuffer buffer = free.poll();
    if (buffer == null) {
      return direct ? ByteBuffer.allocateDirect(SIZE) : ByteBuffer.allocate(SIZE);
    }
    return buffer.clear();
  }

  void give(ByteBuffer buffer) {
    free.offer(buffer);
  }
}
