package io.postern.operator.audit.wire;

import java.util.Arrays;

/** Reused list of numbers. One thread. */
public final class Ints {
  private int[] values = new int[8];
  private int size;

  void clear() {
    size = 0;
  }

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
  }

  void setLast(int value) {
    values[size - 1] = value;
  }

  public int size() {
    return size;
  }

  public int get(int index) {
    return values[index];
  }
}
