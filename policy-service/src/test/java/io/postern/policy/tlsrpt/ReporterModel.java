package io.postern.policy.tlsrpt;

import io.postern.contracts.v1.TlsReportMade;
import io.postern.contracts.v1.TlsSessionRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Random schedules of owners of one partition that come, are killed or lose it unawares at any step
 * of a transaction, against a model of Kafka's transactions: each day has one committed report.
 *
 * <p>Of Kafka it has: appends that may come after the offsets; a commit that is decided before its
 * markers are written, to each partition in its own time; a reader that stops before an open
 * transaction; offsets that are refused to a member of an older generation, and whose fetch waits
 * for a pending transaction; the abort of a killed producer's transaction, some time later.
 */
final class ReporterModel {
  private static final int STEPS = 120;
  private static final int SUBJECTS = 3;

  /** Mistakes that the schedules must find. */
  enum Mutation {
    NONE,
    /** The end is looked up without waiting for the offsets of a pending transaction. */
    END_WITHOUT_OFFSETS,
    /** The end is that of stable records. */
    STABLE_END,
    /** A commit without the group's position: nobody fences an owner before. */
    NO_FENCE
  }

  private enum Fate {
    OPEN,
    DECIDED,
    COMMITTED,
    ABORTED
  }

  private static final class Transaction {
    Fate fate = Fate.OPEN;
    boolean offsets; // sent to the group
    boolean offsetsWritten;
    boolean appended;
    boolean orphaned;

    boolean pendingOffsets() {
      return offsets && (fate == Fate.OPEN || fate == Fate.DECIDED && !offsetsWritten);
    }
  }

  private record Entry(TlsSessionRecord record, @Nullable Transaction transaction) {}

  private final class Owner {
    final int generation;
    SessionFold fold = new SessionFold();
    final Set<DomainDay> written = new HashSet<>();
    int position;
    int end = -1;
    @Nullable Transaction transaction;
    List<DomainDay> making = List.of();
    boolean alive = true;

    Owner(int generation) {
      this.generation = generation;
    }

    void read() {
      while (position < stableEnd()) {
        Entry entry = log.get(position);
        if (entry.transaction() == null || entry.transaction().fate == Fate.COMMITTED) {
          fold.take(entry.record(), position, 0);
          if (entry.record().hasMade()) {
            written.remove(subject(entry.record().getMade()));
          }
        }
        position++;
      }
    }

    void step() {
      Transaction current = transaction;
      if (current == null) {
        read();
        if (end < 0) {
          if (mutation != Mutation.END_WITHOUT_OFFSETS
              && transactions.stream().anyMatch(Transaction::pendingOffsets)) {
            return; // the fetch of the offsets waits
          }
          end = mutation == Mutation.STABLE_END ? stableEnd() : log.size();
          return;
        }
        making = position >= end ? fold.due(Long.MAX_VALUE / 2, written, SUBJECTS) : List.of();
        if (!making.isEmpty()) {
          transaction = new Transaction();
          transactions.add(transaction);
        }
      } else if (!current.appended && (current.offsets || random.nextBoolean())) {
        making.forEach(subject -> log.add(new Entry(made(subject), current)));
        current.appended = true;
      } else if (!current.offsets && mutation != Mutation.NO_FENCE) {
        if (generation != group) {
          current.fate = Fate.ABORTED; // fenced
          transaction = null;
          alive = false; // it learns that it has lost the partition
          return;
        }
        current.offsets = true;
      } else if (current.appended) {
        current.fate = Fate.DECIDED;
        written.addAll(making);
        transaction = null;
      }
    }
  }

  private final Random random;
  private final Mutation mutation;
  private final List<Entry> log = new ArrayList<>();
  private final List<Transaction> transactions = new ArrayList<>();
  private final List<Owner> owners = new ArrayList<>();
  private int group; // generation

  ReporterModel(long seed, Mutation mutation) {
    this.random = new Random(seed);
    this.mutation = mutation;
  }

  private static DomainDay subject(TlsReportMade made) {
    return new DomainDay(made.getDomain(), made.getDay());
  }

  private static TlsSessionRecord made(DomainDay subject) {
    return TlsSessionRecord.newBuilder()
        .setMade(TlsReportMade.newBuilder().setDomain(subject.domain()).setDay(subject.day()))
        .build();
  }

  private int stableEnd() {
    for (int i = 0; i < log.size(); i++) {
      Transaction transaction = log.get(i).transaction();
      if (transaction != null
          && (transaction.fate == Fate.OPEN || transaction.fate == Fate.DECIDED)) {
        return i;
      }
    }
    return log.size();
  }

  private void assign() {
    group++;
    owners.add(new Owner(group));
  }

  /** The coordinator's work: markers, and the abort of what a killed producer has left. */
  private void coordinate(Transaction transaction) {
    if (transaction.fate == Fate.OPEN && transaction.orphaned) {
      transaction.fate = Fate.ABORTED;
    } else if (transaction.fate == Fate.DECIDED) {
      if (!transaction.offsetsWritten && random.nextBoolean()) {
        transaction.offsetsWritten = true;
      } else {
        transaction.fate = Fate.COMMITTED; // its marker in this partition
        transaction.offsetsWritten |= random.nextBoolean();
      }
    }
  }

  /** Committed reports by subject. */
  private Map<DomainDay, Integer> run() {
    for (int i = 0; i < SUBJECTS; i++) {
      for (int replica = 0; replica < 2; replica++) {
        log.add(
            new Entry(
                Sessions.record(
                    Sessions.counts("d" + i + ".example", 1, 1, 0, "mailto:a@b.example")),
                null));
      }
    }
    assign();
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(20);
      if (dice == 0) {
        assign(); // the owner before may not know
      } else if (dice == 1) {
        kill(owners.getLast());
        assign();
      } else if (dice < 6 && !transactions.isEmpty()) {
        coordinate(transactions.get(random.nextInt(transactions.size())));
      } else {
        Owner owner = owners.get(random.nextInt(owners.size()));
        if (owner.alive) {
          owner.step();
        }
      }
    }
    // Everybody comes to his end, and the last owner makes the rest.
    for (int i = 0; i < STEPS; i++) {
      owners.stream().filter(owner -> owner.alive).forEach(Owner::step);
      transactions.forEach(this::coordinate);
    }
    Map<DomainDay, Integer> reports = new HashMap<>();
    for (Entry entry : log) {
      Transaction transaction = entry.transaction();
      if (transaction != null && transaction.fate == Fate.COMMITTED) {
        reports.merge(subject(entry.record().getMade()), 1, Integer::sum);
      }
    }
    return reports;
  }

  private static void kill(Owner owner) {
    owner.alive = false;
    if (owner.transaction != null) {
      owner.transaction.orphaned = true;
    }
  }

  boolean isRight() {
    Map<DomainDay, Integer> reports = run();
    return reports.size() == SUBJECTS && reports.values().stream().allMatch(count -> count == 1);
  }
}
