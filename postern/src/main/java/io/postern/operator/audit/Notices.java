package io.postern.operator.audit;

import io.postern.contracts.QueueId;

/**
 * The notices that the scheduler asked for, by the queue id of the DSN that answers each. The
 * fold's thread.
 */
final class Notices {
  final IdTable ids = new IdTable();
  private long[] offsets = new long[64];
  private int[] messages = new int[64];

  /**
   * The number of the notice that the DSN answers, a new one where there is none.
   *
   * @param message that it is about; -1: one that is left out
   */
  int number(QueueId dsn, long offset, int message) {
    int known = ids.find(dsn);
    if (known >= 0) {
      return known;
    }
    int notice = ids.add(dsn);
    offsets = Columns.grown(offsets, notice);
    messages = Columns.grown(messages, notice);
    offsets[notice] = offset;
    messages[notice] = message;
    return notice;
  }

  long offset(int notice) {
    return offsets[notice];
  }

  int message(int notice) {
    return messages[notice];
  }
}
