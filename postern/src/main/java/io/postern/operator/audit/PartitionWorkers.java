package io.postern.operator.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that share the partitions, each with a reader of its own. */
final class PartitionWorkers {
  /** One partition's part of the work. */
  interface Work {
    void run(PartitionAudit partition, LogSource.Reader reader)
        throws AuditUnavailableException, InterruptedException;
  }

  private PartitionWorkers() {}

  /** Returns when all are done; the first failure ends the rest. */
  static void each(int threads, LogSource log, List<PartitionAudit> partitions, Work work)
      throws AuditUnavailableException, InterruptedException {
    Queue<PartitionAudit> left = new ConcurrentLinkedQueue<>(partitions);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < Math.min(threads, partitions.size()); i++) {
        running.add(
            pool.submit(
                () -> {
                  try (LogSource.Reader reader = log.reader()) {
                    for (PartitionAudit next = left.poll(); next != null; next = left.poll()) {
                      work.run(next, reader);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case AuditUnavailableException unavailable -> throw unavailable;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException failed -> throw failed;
        case Error failed -> throw failed;
        case null, default -> throw new AuditUnavailableException(KafkaLog.message(e), e);
      }
    } finally {
      left.clear();
      pool.shutdownNow();
    }
  }
}
