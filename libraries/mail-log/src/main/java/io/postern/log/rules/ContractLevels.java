package io.postern.log.rules;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.v1.ReplicaAnnounced;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The contract level in force, and who reads which one: the fold of {@code contract.level} and
 * {@code contract.replicas} (docs/design/the-log.md, "Contract level"). A level never falls, in
 * whatever order its records come, and whether they are all there: each replica announces what it
 * knows. Thread-safe.
 */
public final class ContractLevels {
  /** A replica that was silent for so long and did not say that it stops is not waited for. */
  public static final Duration SILENT = Duration.ofMinutes(15);

  private static final Duration SHOWN = Duration.ofHours(1);

  /**
   * A replica as it last announced itself.
   *
   * @param name of the machine, with an id of the process
   * @param reads the highest level that it reads
   * @param heardMillis the log's time of its last record
   */
  public record Replica(String name, String service, String version, int reads, long heardMillis) {}

  private final Map<String, Replica> replicas = new HashMap<>(); // guarded by this
  private volatile int inForce = ContractLevel.FIRST;

  /** Takes a record of {@code contract.level}. */
  public void raised(int level) {
    known(level);
  }

  /**
   * Takes a record of {@code contract.replicas}.
   *
   * @param atMillis the log's time of it
   */
  public synchronized void announced(ReplicaAnnounced record, long atMillis) {
    known(record.getInForce());
    if (record.getStops()) {
      replicas.remove(record.getReplica());
    } else {
      replicas.put(
          record.getReplica(),
          new Replica(
              record.getReplica(),
              record.getService(),
              record.getVersion(),
              record.getReads(),
              atMillis));
    }
    replicas.values().removeIf(replica -> atMillis - replica.heardMillis() > SHOWN.toMillis());
  }

  private synchronized void known(int level) {
    inForce = Math.max(inForce, level);
  }

  public int inForce() {
    return inForce;
  }

  /** Whether a version that reads a level may write what belongs to it. */
  public boolean writes(int level) {
    return level <= inForce;
  }

  /** Those that were heard in the last hour and have not stopped, by service and name. */
  public synchronized List<Replica> replicas() {
    return replicas.values().stream()
        .sorted(Comparator.comparing(Replica::service).thenComparing(Replica::name))
        .toList();
  }

  /**
   * Why the level may not be raised to another one, each with the cure; empty: it may. It may when
   * each replica that was heard in the last 15 minutes and has not stopped reads that level. One
   * that wakes up later, or starts meanwhile, refuses the records of that level.
   *
   * @param nowMillis by the log's clock
   */
  public List<String> hindrances(int level, long nowMillis) {
    List<Replica> known = replicas();
    if (known.stream().allMatch(replica -> replica.reads() < level)) {
      return List.of("no replica reads level " + level + ": it is of a later version");
    }
    List<String> hindrances = new ArrayList<>();
    for (Replica replica : known) {
      long silentMillis = nowMillis - replica.heardMillis();
      if (replica.reads() < level && silentMillis < SILENT.toMillis()) {
        hindrances.add(
            "%s %s (version %s) reads level %d: update it, or stop it%s"
                .formatted(
                    replica.service(),
                    replica.name(),
                    replica.version(),
                    replica.reads(),
                    silentMillis < Duration.ofMinutes(5).toMillis()
                        ? ""
                        : "; if it is gone, wait until it has been silent for 15 minutes, now %d"
                            .formatted(silentMillis / 60_000)));
      }
    }
    return hindrances;
  }
}
