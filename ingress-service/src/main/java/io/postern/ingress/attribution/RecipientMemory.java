package io.postern.ingress.attribution;

import java.util.concurrent.Semaphore;

/**
 * Bounds the bytes that the recipients of all open mail transactions hold together: they wait for
 * their message as long as the client likes. Thread-safe; never blocks.
 */
public final class RecipientMemory {
  private final Semaphore bytes;

  public RecipientMemory(int bytes) {
    this.bytes = new Semaphore(bytes);
  }

  /** False when there is no room now. */
  boolean take(int count) {
    return bytes.tryAcquire(count);
  }

  void giveBack(int count) {
    bytes.release(count);
  }

  /** Bytes that nobody has. */
  public int free() {
    return bytes.availablePermits();
  }
}
