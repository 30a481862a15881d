package io.postern.stack.load;

import java.util.Arrays;

/**
 * A time for each message of a run, by its number; 0: none. In microseconds of the machine's
 * monotonic clock, which is one for all processes of a Linux. One thread.
 */
final class Times {
  private long[] times = new long[1 << 12];
  private int length;

  static long now() {
    return System.nanoTime() / 1000;
  }

  void put(int number, long micros) {
    if (number >= times.length) {
      times = Arrays.copyOf(times, Math.max(number + 1, 2 * times.length));
    }
    times[number] = micros;
    length = Math.max(length, number + 1);
  }

  long get(int number) {
    return number < length ? times[number] : 0;
  }

  int length() {
    return length;
  }
}
