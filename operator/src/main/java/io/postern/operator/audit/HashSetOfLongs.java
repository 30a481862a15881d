package io.postern.operator.audit;

/** Numbers seen, none of them 0. At most half full: 16 to 32 bytes a number. One thread. */
final class HashSetOfLongs {
  private long[] slots = new long[256];
  private int size;

  /**
   * @return false: it was there
   */
  boolean add(long number) {
    int slot = slot(slots, number);
    if (slots[slot] == number) {
      return false;
    }
    slots[slot] = number;
    size++;
    if (size * 2 > slots.length) {
      long[] larger = new long[slots.length * 2];
      for (long old : slots) {
        if (old != 0) {
          larger[slot(larger, old)] = old;
        }
      }
      slots = larger;
    }
    return true;
  }

  private static int slot(long[] slots, long number) {
    int slot = (int) (number * 0x9e3779b97f4a7c15L >>> 32) & slots.length - 1;
    while (slots[slot] != 0 && slots[slot] != number) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }
}
