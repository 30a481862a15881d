package io.postern.operator.audit;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The log as the audit sees it: a broker, or lists of records in tests. */
interface LogSource extends AutoCloseable {
  /** The home partitions. */
  List<Integer> partitions() throws AuditUnavailableException, InterruptedException;

  /** The present extents, by partition; see {@link LogExtent} for the order of asking. */
  Map<Integer, LogExtent> extents() throws AuditUnavailableException, InterruptedException;

  /** A reader for one thread. */
  Reader reader();

  /** Facts for the reader of the report. */
  List<String> notes();

  @Override
  void close();

  /** One thread's. */
  interface Reader extends AutoCloseable {
    /**
     * Gives the committed records from {@code from} up to {@code end}.
     *
     * @return the offset up to which it came: less than {@code end} where an open transaction holds
     *     the rest back
     */
    long read(Topic topic, int partition, long from, long end, Consumer<LogRecord> each)
        throws AuditUnavailableException, InterruptedException;

    @Override
    void close();
  }
}
