package io.postern.delivery.tlsrpt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.TlsSessionCounts;
import io.postern.contracts.v1.TlsSessionRecord;
import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import io.postern.dns.tlsrpt.TlsRptRecord;
import io.postern.log.OccasionalLog;
import io.postern.log.sending.RecordSink;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The counter of sessions for the reports about TLS (RFC 8460 §4). Once a minute, and when it is
 * closed, the counts of domains that want reports get into {@code tls.sessions}; those of the
 * others are forgotten.
 *
 * <p>Reports are best effort, and mail is not: {@link #add} never waits. Counts that the log or the
 * DNS does not take within {@value #PATIENCE_SECONDS} s are dropped and counted, and so are
 * sessions without room in the {@link SessionTable}. A domain whose DNS is slow holds one of
 * {@value #LOOKUPS} look-ups for the resolver's patience at most.
 *
 * <p>{@link #add}: any thread. The rest is done by a thread of its own, with virtual ones for the
 * look-ups.
 */
public final class SessionCounter implements SessionResults, AutoCloseable {
  private static final int QUEUED = 100;
  private static final int PERIOD_SECONDS = 60;
  private static final int PATIENCE_SECONDS = 45;
  private static final int LAST_PATIENCE_SECONDS = 5;
  private static final int LOOKUPS = 50;
  private static final int MOST_ADDRESSES = 5;
  private static final int MOST_ADDRESS = 500;
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  private final SessionTable table = new SessionTable();
  private final MailResolver dns;
  private final RecordSink records;
  private final LongSupplier clockMillis;
  private final Counter counted;
  private final Counter withoutRoom;
  private final Counter published;
  private final Counter dropped;
  private final OccasionalLog trouble = new OccasionalLog(SessionCounter.class);
  private final ScheduledExecutorService minutes =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("tls-session-counts").daemon().unstarted(task));

  /**
   * @param records takes those of {@code tls.sessions}
   * @param clockMillis by which a session has its day
   */
  public SessionCounter(
      MailResolver dns, RecordSink records, LongSupplier clockMillis, MeterRegistry registry) {
    this.dns = dns;
    this.records = records.atMost(QUEUED);
    this.clockMillis = clockMillis;
    counted = registry.counter("postern.delivery.tls.sessions", "result", "counted");
    withoutRoom = registry.counter("postern.delivery.tls.sessions", "result", "dropped");
    published = registry.counter("postern.delivery.tls.session.records", "result", "told");
    dropped = registry.counter("postern.delivery.tls.session.records", "result", "dropped");
  }

  /** Begins to publish, once. */
  public void start() {
    var unused =
        minutes.scheduleWithFixedDelay(
            () -> publish(PATIENCE_SECONDS), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void add(SessionResult result) {
    int day = (int) Math.floorDiv(clockMillis.getAsLong(), DAY_MILLIS);
    (table.add(result, day) ? counted : withoutRoom).increment();
  }

  void publish(int patienceSeconds) {
    List<Callable<Boolean>> tasks =
        table.take().stream().map(counts -> (Callable<Boolean>) () -> publish(counts)).toList();
    ExecutorService lookups =
        Executors.newFixedThreadPool(LOOKUPS, Thread.ofVirtual().name("tls-rpt-", 0).factory());
    try {
      int lost = 0;
      for (var task : lookups.invokeAll(tasks, patienceSeconds, TimeUnit.SECONDS)) {
        if (task.isCancelled() || !task.get()) {
          lost++;
        }
      }
      dropped.increment(lost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the process ends
    } catch (ExecutionException | RuntimeException e) {
      // A task that is scheduled again must not throw, or it never comes again.
      trouble.warn("counts of TLS sessions were lost", e);
    } finally {
      lookups.shutdownNow();
    }
  }

  /** False: the counts are lost. */
  private boolean publish(TlsSessionCounts counts) throws InterruptedException {
    try {
      Optional<TlsRptRecord> wanted = TlsRptRecord.of(counts.getDomain(), dns);
      if (wanted.isEmpty()) {
        return true; // nobody asks for them
      }
      TlsSessionCounts.Builder addressed = counts.toBuilder();
      wanted.get().reportTo().stream()
          .map(URI::toString)
          .filter(address -> address.length() <= MOST_ADDRESS)
          .limit(MOST_ADDRESSES)
          .forEach(addressed::addReportTo);
      byte[] value = TlsSessionRecord.newBuilder().setCounts(addressed).build().toByteArray();
      records
          .send(Topics.TLS_SESSIONS, counts.getDomain(), value)
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      published.increment();
      return true;
    } catch (DnsFailureException | ExecutionException | TimeoutException e) {
      trouble.warn("counts of TLS sessions with " + counts.getDomain() + " were lost", e);
      return false;
    }
  }

  /** Publishes the rest. Bounded: 10 s. */
  @Override
  public void close() throws InterruptedException {
    minutes.shutdown();
    if (!minutes.awaitTermination(LAST_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      minutes.shutdownNow();
    }
    publish(LAST_PATIENCE_SECONDS);
  }
}
