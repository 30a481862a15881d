package io.postern.operator.audit;

import io.postern.contracts.QueueId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The account of every accepted recipient from the topics and the groups' positions alone
 * (docs/design/the-log.md, "Accounting"): its state, the one place of a pending one, and broken
 * promises.
 *
 * <p>Positions and topics are no snapshot. The audit looks again soon for a recipient in no place
 * or in two, since most are only in motion. It is an alarm when nothing about it has changed for
 * {@link AuditOptions#lookAgainAfter} and no open transaction held anything back. The second and
 * later looks read new records, for those recipients alone.
 *
 * <p>Memory: about 130 bytes a recipient, and 8 MiB a thread. Any thread; blocks.
 */
public final class Audit {
  // Parts of the wait after which the audit looks again; the first look settles recipients in
  // motion.
  private static final int SOON = 30;
  private static final int LATER = 6;
  private static final int EACH = 3;

  /** Waits at most, for recipients that change at every look. */
  private static final int MAX_WAITS = 4;

  private static final int MAX_UNREADABLE = 100;

  private final AuditOptions options;
  private final LogSource log;

  Audit(AuditOptions options, LogSource log) {
    this.options = options;
    this.log = log;
  }

  /**
   * Reads the whole log once, then new records of recipients that were found in no place or in two.
   *
   * @throws AuditUnavailableException when the log could not be read in time
   */
  public static AuditReport run(AuditOptions options)
      throws AuditUnavailableException, InterruptedException {
    try (KafkaLog log = new KafkaLog(options)) {
      return new Audit(options, log).run();
    }
  }

  AuditReport run() throws AuditUnavailableException, InterruptedException {
    List<Integer> numbers = log.partitions();
    long begin = System.nanoTime();
    Map<Integer, LogExtent> extents = log.extents();
    int maxAlarms = Math.max(1, options.maxAlarms() / Math.max(1, numbers.size()));
    List<PartitionAudit> partitions = new ArrayList<>();
    for (int number : numbers) {
      LogExtent first = extents.get(number);
      if (first != null) {
        partitions.add(new PartitionAudit(number, first, maxAlarms, options.stuckAfter()));
      }
    }
    long extentsNanos = System.nanoTime();
    PartitionWorkers.each(options.threads(), log, partitions, PartitionAudit::readAll);
    partitions.forEach(p -> p.firstLook(options.clock().millis(), extentsNanos));
    int looks = 1 + lookAgain(partitions, extentsNanos);
    options.progress().at("done in " + (System.nanoTime() - begin) / 1_000_000 + " ms", 1, 1);
    return report(partitions, looks);
  }

  private int lookAgain(List<PartitionAudit> partitions, long firstNanos)
      throws AuditUnavailableException, InterruptedException {
    Duration wait = options.lookAgainAfter();
    int looks = 0;
    while (partitions.stream().anyMatch(p -> p.suspects() > 0)) {
      looks++;
      pause(firstNanos + after(looks).toNanos(), partitions);
      Map<Integer, LogExtent> extents = log.extents();
      long now = System.nanoTime();
      boolean last =
          looks == PartitionAudit.MAX_LOOKS - 1
              || now - firstNanos >= wait.multipliedBy(MAX_WAITS).toNanos();
      PartitionWorkers.each(
          options.threads(),
          log,
          partitions,
          (partition, reader) -> {
            LogExtent found = extents.get(partition.partition());
            if (found != null) {
              partition.readNew(reader, found);
            }
          });
      partitions.forEach(p -> p.lookAgain(options.clock().millis(), now, wait, last));
    }
    return looks;
  }

  private Duration after(int look) {
    Duration wait = options.lookAgainAfter();
    return switch (look) {
      case 1 -> wait.dividedBy(SOON);
      case 2 -> wait.dividedBy(LATER);
      default -> wait.plus(wait.dividedBy(EACH).multipliedBy(look - 3L));
    };
  }

  private void pause(long untilNanos, List<PartitionAudit> partitions) throws InterruptedException {
    long left = Math.max(0, untilNanos - System.nanoTime());
    long suspects = partitions.stream().mapToLong(PartitionAudit::suspects).sum();
    options
        .progress()
        .at(suspects + " to be checked again in " + left / 1_000_000_000 + " s", 0, 1);
    TimeUnit.NANOSECONDS.sleep(left);
  }

  private AuditReport report(List<PartitionAudit> partitions, int looks) {
    Tallies tallies = new Tallies();
    Map<UncountedRecord, Long> uncounted = new EnumMap<>(UncountedRecord.class);
    Map<AlarmKind, Long> counts = new EnumMap<>(AlarmKind.class);
    List<Alarm> alarms = new ArrayList<>();
    List<UnreadableRecord> unreadable = new ArrayList<>();
    long unreadableCount = 0;
    long leftOut = 0;
    for (PartitionAudit partition : partitions) {
      tallies.add(partition.tally());
      Findings findings = partition.state().findings;
      findings.counts().forEach((kind, n) -> counts.merge(kind, n, Long::sum));
      alarms.addAll(findings.alarms());
      unreadable.addAll(findings.unreadable());
      unreadableCount += findings.unreadableCount();
      for (UncountedRecord kind : UncountedRecord.values()) {
        if (partition.state().counted(kind) > 0) {
          uncounted.merge(kind, partition.state().counted(kind), Long::sum);
        }
      }
      leftOut += partition.state().leftOut;
    }
    return new AuditReport(
        Tallies.sum(tallies.mail()),
        Tallies.sum(tallies.dsns()),
        new TreeMap<>(tallies.mail()),
        new TreeMap<>(tallies.dsns()),
        uncounted,
        leftOut,
        counts,
        List.copyOf(alarms),
        unreadableCount,
        List.copyOf(unreadable.subList(0, Math.min(unreadable.size(), MAX_UNREADABLE))),
        List.copyOf(log.notes()),
        looks,
        recipients(partitions));
  }

  private static AuditReport.Recipients recipients(List<PartitionAudit> partitions) {
    return new AuditReport.Recipients() {
      @Override
      public Optional<RecipientAnswer> find(String queueId, int recipient) {
        QueueId id = QueueId.parse(queueId);
        return partitions.stream()
            .filter(p -> p.partition() == id.partition())
            .findFirst()
            .flatMap(p -> p.answer(id, recipient));
      }

      @Override
      public void forEach(Consumer<RecipientAnswer> each) {
        partitions.forEach(p -> p.answers(each));
      }
    };
  }
}
