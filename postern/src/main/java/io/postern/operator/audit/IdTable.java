package io.postern.operator.audit;

import io.postern.contracts.QueueId;

/**
 * Queue ids of one partition, numbered 0, 1, 2 ... as they come: 16 bytes an id and a table of ints
 * that is at most half full. One thread while it grows.
 */
final class IdTable {
  private long[] times = new long[64];
  private long[] randoms = new long[64];
  private int[] slots = new int[256];
  private int size;

  int size() {
    return size;
  }

  /** The id as text. */
  String text(int partition, int index) {
    return QueueId.of(partition, times[index], randoms[index]).value();
  }

  /** The id's number, or -1. */
  int find(QueueId id) {
    return slots[slot(id.createdMillis(), id.random())] - 1;
  }

  /** The number that another table's id has here, or -1. */
  int find(IdTable others, int index) {
    return slots[slot(others.times[index], others.randoms[index])] - 1;
  }

  /** The id's number, a new one where it is not there. */
  int number(QueueId id) {
    int known = find(id);
    return known < 0 ? add(id) : known;
  }

  /**
   * @return false: it is there
   */
  boolean addIfAbsent(QueueId id) {
    int before = size;
    return number(id) == before;
  }

  /** Gives a number to an id that is not there. */
  int add(QueueId id) {
    times = Columns.grown(times, size);
    randoms = Columns.grown(randoms, size);
    times[size] = id.createdMillis();
    randoms[size] = id.random();
    slots[slot(times[size], randoms[size])] = ++size;
    if (size * 2 > slots.length) {
      slots = new int[slots.length * 2];
      for (int i = 0; i < size; i++) {
        slots[slot(times[i], randoms[i])] = i + 1;
      }
    }
    return size - 1;
  }

  private int slot(long time, long random) {
    long mixed = (time * 0x9e3779b97f4a7c15L ^ random) * 0xff51afd7ed558ccdL;
    int slot = (int) (mixed >>> 32) & slots.length - 1;
    while (slots[slot] != 0
        && (times[slots[slot] - 1] != time || randoms[slots[slot] - 1] != random)) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }
}
