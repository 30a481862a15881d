package io.postern.lab;

import java.io.IOException;
import java.io.InputStream;

/** A stream's bytes with the time at which the latest of them arrived. Owner: one thread. */
final class TimedInput extends InputStream {
  private final InputStream from;
  private final byte[] buffer = new byte[16_384];
  private int position;
  private int limit;
  private long arrived;

  TimedInput(InputStream from) {
    this.from = from;
  }

  /** The arrival of the byte that was read last, by {@link System#nanoTime()}. */
  long arrived() {
    return arrived;
  }

  @Override
  public int read() throws IOException {
    if (position == limit) {
      int count = from.read(buffer, 0, buffer.length);
      if (count <= 0) {
        return -1;
      }
      arrived = System.nanoTime();
      position = 0;
      limit = count;
    }
    return buffer[position++] & 0xff;
  }

  @Override
  public int available() throws IOException {
    return limit - position + from.available();
  }
}
