package io.postern.operator.audit;

import io.postern.contracts.QueueId;

/**
 * The accepted messages of one partition, by number: about 50 bytes each. The fold's thread; read
 * by any once the fold has ended.
 */
final class Messages {
  static final int NULL_REVERSE_PATH = 1;
  static final int DSN = 2;

  /** Older than the records that the topics have: known, and not accounted for. */
  static final int LEFT_OUT = 4;

  final IdTable ids = new IdTable();
  private int[] first = new int[65];
  private long[] offsets = new long[64];
  private long[] times = new long[64];
  private byte[] flags = new byte[64];

  int add(QueueId id, long offset, long timestamp, int flag, int firstRecipient, int recipients) {
    int message = ids.add(id);
    first = Columns.grown(first, message + 1);
    offsets = Columns.grown(offsets, message);
    times = Columns.grown(times, message);
    flags = Columns.grown(flags, message);
    first[message] = firstRecipient;
    first[message + 1] = firstRecipient + recipients;
    offsets[message] = offset;
    times[message] = timestamp;
    flags[message] = (byte) flag;
    return message;
  }

  int size() {
    return ids.size();
  }

  /** Of its recipients, in the order of the envelope. */
  int first(int message) {
    return first[message];
  }

  int recipients(int message) {
    return first[message + 1] - first[message];
  }

  long offset(int message) {
    return offsets[message];
  }

  /** The log's time of its acceptance. */
  long timestamp(int message) {
    return times[message];
  }

  boolean is(int message, int flag) {
    return (flags[message] & flag) != 0;
  }

  /** The message that a recipient belongs to. */
  int of(int recipient) {
    int low = 0;
    int high = size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (first[middle] <= recipient) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
