package io.postern.operator.audit;

import java.util.Arrays;

/** Arrays that grow by half. */
final class Columns {
  private Columns() {}

  static int[] grown(int[] column, int index) {
    return index < column.length ? column : Arrays.copyOf(column, next(column.length, index));
  }

  static long[] grown(long[] column, int index) {
    return index < column.length ? column : Arrays.copyOf(column, next(column.length, index));
  }

  static short[] grown(short[] column, int index) {
    return index < column.length ? column : Arrays.copyOf(column, next(column.length, index));
  }

  static byte[] grown(byte[] column, int index) {
    return index < column.length ? column : Arrays.copyOf(column, next(column.length, index));
  }

  private static int next(int length, int index) {
    return Math.max(index + 1, length + (length >> 1) + 64);
  }
}
