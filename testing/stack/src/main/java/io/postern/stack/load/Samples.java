package io.postern.stack.load;

import java.util.Arrays;

/** Times of a run in microseconds, of which percentiles are asked at its end. One thread. */
final class Samples {
  private long[] values = new long[1 << 12];
  private int count;
  private boolean sorted;

  void add(long micros) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = micros;
    sorted = false;
  }

  /** In milliseconds; 0 where there is none. */
  double percentile(double share) {
    if (count == 0) {
      return 0;
    }
    if (!sorted) {
      Arrays.sort(values, 0, count);
      sorted = true;
    }
    return values[(int) Math.min(count - 1, share * count)] / 1000.0;
  }
}
