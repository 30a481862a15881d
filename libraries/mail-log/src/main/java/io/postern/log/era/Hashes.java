package io.postern.log.era;

import java.util.Arrays;

/** Many hashes in little memory: added, then sorted, then asked for. Owner: one thread. */
final class Hashes {
  private long[] all = new long[1024];
  private int count;

  void add(long hash) {
    if (count == all.length) {
      all = Arrays.copyOf(all, count * 2);
    }
    all[count++] = hash;
  }

  void sort() {
    Arrays.sort(all, 0, count);
  }

  boolean has(long hash) {
    return Arrays.binarySearch(all, 0, count, hash) >= 0;
  }
}
