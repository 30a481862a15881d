package io.postern.operator.audit;

/**
 * The notices that the scheduler asked for, by the queue id of the DSN that answers each. The
 * fold's thread.
 */
final class Notices {
  final IdTable ids = new IdTable();
  private long[] offsets = new long[64];
  private int[] messages = new int[64];

  /**
   * @param message that it is about; -1: one that is left out
   */
  int add(PackedId dsn, long offset, int message) {
    int notice = ids.add(dsn.time, dsn.random);
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
