package io.postern.operator.audit;

import io.postern.contracts.QueueId;
import io.postern.operator.audit.wire.Slice;
import java.util.Locale;

/**
 * A queue id's parts as numbers: partition, time and random, each in base 36 in its 21 characters
 * (see {@link QueueId}). Reused; one thread.
 */
final class PackedId {
  private static final int LENGTH = 21;
  private static final int PARTITION_END = 3;
  private static final int TIME_END = 12;
  private static final int RADIX = 36;

  int partition;
  long time;
  long random;

  /**
   * @return false: it is no queue id
   */
  boolean parse(Slice text) {
    return text.length() == LENGTH && parse(text, 0);
  }

  /** The id in front of "/recipient index"; the index, or -1 where it is none. */
  int parseEntryKey(Slice key) {
    if (key.length() < LENGTH + 2
        || key.length() > LENGTH + 7
        || key.at(LENGTH) != '/'
        || !parse(key, 0)) {
      return -1;
    }
    int index = 0;
    for (int i = LENGTH + 1; i < key.length(); i++) {
      int digit = key.at(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      index = index * 10 + digit;
    }
    return index;
  }

  void set(QueueId id) {
    partition = id.partition();
    time = id.createdMillis();
    random = Long.parseLong(id.value().substring(TIME_END), RADIX);
  }

  private boolean parse(Slice text, int from) {
    partition = (int) number(text, from, from + PARTITION_END);
    time = number(text, from + PARTITION_END, from + TIME_END);
    random = number(text, from + TIME_END, from + LENGTH);
    return partition >= 0 && time >= 0 && random >= 0;
  }

  private static long number(Slice text, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      int c = text.at(i);
      int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
      if (digit < 0) {
        return -1;
      }
      number = number * RADIX + digit;
    }
    return number;
  }

  static String text(int partition, long time, long random) {
    return digits(partition, PARTITION_END)
        + digits(time, TIME_END - PARTITION_END)
        + digits(random, LENGTH - TIME_END);
  }

  private static String digits(long number, int width) {
    String digits = Long.toString(number, RADIX).toLowerCase(Locale.ROOT);
    return "0".repeat(width - digits.length()) + digits;
  }
}
