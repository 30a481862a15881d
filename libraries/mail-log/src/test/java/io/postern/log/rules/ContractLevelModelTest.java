package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.v1.ReplicaAnnounced;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replicas of three versions beside each other, which announce, follow the level, write and read
 * mail; they sleep, their announcements fail, they stop with a word or without one, and older
 * versions start again. Two operators raise, and may hesitate between look and raise. The level's
 * topic is compacted, and may be lost while services run; or all services are away for two hours.
 */
class ContractLevelModelTest {
  private static final int SCHEDULES = 500;
  private static final int STEPS = 1_500;
  private static final long STEP = 10_000;
  private static final long MINUTE = 60_000;
  private static final int NEWEST = 3;

  /** What is left out on purpose. */
  enum Mutation {
    NONE,
    /** A record does not say its level: a replica acts on what it does not read. */
    RECORDS_WITHOUT_LEVEL,
    /** A version writes all that it knows, whatever is in force. */
    WRITES_UNASKED,
    /** Who was not heard for two minutes does not count. */
    FORGETS_THE_SILENT,
    /** The level's topic has one key: a late writer takes a level back. */
    ONE_KEY,
    /** Replicas do not announce what they know to be in force. */
    KNOWS_FROM_THE_TOPIC_ALONE
  }

  /** What happened, by name: each must have, or the model tries less than it says. */
  private final Map<String, Integer> seen = new HashMap<>();

  private void count(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  @Test
  void noReplicaActsOnWhatItDoesNotReadAndNoLevelIsTakenBack() {
    for (int seed = 1; seed <= SCHEDULES; seed++) {
      assertThat(new World(seed, Mutation.NONE).run()).as("seed %d", seed).isEmpty();
    }
    assertThat(seen)
        .containsKeys(
            "acted on level 2",
            "acted on level 3",
            "refused a record",
            "ended by the level",
            "waits at its start",
            "raise hindered",
            "raised late to a level already passed",
            "topic lost",
            "all away");
    assertThat(seen.values()).as(seen.toString()).allMatch(times -> times > 25);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aRuleThatIsLeftOutIsFound(Mutation mutation) {
    int found = 0;
    for (int seed = 1; seed <= SCHEDULES && found == 0; seed++) {
      found = new World(seed, mutation).run().isEmpty() ? 0 : seed;
    }
    assertThat(found).as("a schedule that shows it").isPositive();
  }

  private record LevelRecord(long offset, String key, int level) {}

  private record Announcement(long at, ReplicaAnnounced record) {}

  /** A raise as an operator has looked at it. */
  private record Looked(int level, long at, long writesAt) {}

  private final class World {
    private final Random random;
    private final Mutation mutation;
    private final List<LevelRecord> levels = new ArrayList<>();
    private final List<Announcement> announcements = new ArrayList<>();
    private final List<Integer> mail = new ArrayList<>(); // levels of its records
    private final List<Replica> replicas = new ArrayList<>();
    private final Map<Integer, Long> looked = new HashMap<>(); // by level, before its first raise
    private final EnumMap<Operator, Looked> waiting = new EnumMap<>(Operator.class);
    private final boolean mayLose; // else all services are away once
    private String broken = "";
    private long now = 100 * MINUTE;
    private long awayUntil;
    private long offsets;
    private int names;
    private int first; // announcement that is kept

    World(int seed, Mutation mutation) {
      this.random = new Random(seed * 0x9E3779B97F4A7C15L);
      this.mutation = mutation;
      this.mayLose = random.nextBoolean();
    }

    /** What went wrong; empty: nothing. */
    String run() {
      for (int step = 0; step < STEPS && broken.isEmpty(); step++) {
        now += STEP;
        if (now >= awayUntil) {
          live();
        }
        for (Operator operator : Operator.values()) {
          operate(operator);
        }
        if (random.nextInt(100) == 0) {
          compact();
        }
        if (mayLose && random.nextInt(600) == 0 && announced() == inForce()) {
          count("topic lost");
          levels.clear();
        }
        if (!mayLose && awayUntil == 0 && random.nextInt(900) == 0) {
          count("all away");
          awayUntil = now + 120 * MINUTE;
          replicas.clear();
        }
      }
      return broken;
    }

    private void live() {
      // The first one is of the newest version and always there.
      while (replicas.size() < 4) {
        replicas.add(new Replica(replicas.isEmpty() ? NEWEST : version()));
      }
      for (int i = 0; i < replicas.size(); i++) {
        Replica replica = replicas.get(i);
        replica.turn(i == 0);
        boolean gone = replica.ended;
        if (i > 0 && random.nextInt(150) == 0) {
          gone = true;
          if (random.nextBoolean()) {
            replica.announce(true);
          }
        }
        if (gone) {
          replicas.set(i, new Replica(i == 0 ? NEWEST : version()));
        }
      }
    }

    /** Newer ones as time goes on, and now and then an old one again. */
    private int version() {
      int newest = 1 + (int) (now / (100 * MINUTE)) % NEWEST;
      return random.nextInt(6) == 0 ? 1 + random.nextInt(NEWEST) : Math.min(NEWEST, newest + 1);
    }

    private void operate(Operator operator) {
      Looked last = waiting.get(operator);
      if (last != null) {
        if (now >= last.writesAt()) {
          waiting.remove(operator);
          raise(last);
        }
        return;
      }
      if (random.nextInt(60) > 0) {
        return;
      }
      ContractLevels log = new ContractLevels();
      levels.forEach(record -> log.raised(record.level()));
      kept().forEach(each -> log.announced(told(each.record()), each.at()));
      int next = log.inForce() + 1;
      if (next <= NEWEST) {
        if (hinders(log, next)) {
          count("raise hindered");
        } else {
          long hesitates = random.nextInt(2) == 0 ? random.nextInt(60) * MINUTE : 0;
          waiting.put(operator, new Looked(next, now, now + hesitates));
        }
      }
    }

    private boolean hinders(ContractLevels log, int level) {
      return mutation == Mutation.FORGETS_THE_SILENT
          ? log.replicas().stream()
              .anyMatch(each -> each.reads() < level && now - each.heardMillis() < 2 * MINUTE)
          : !log.hindrances(level, now).isEmpty();
    }

    private void raise(Looked raise) {
      if (inForce() > raise.level()) {
        count("raised late to a level already passed");
      }
      looked.putIfAbsent(raise.level(), raise.at());
      levels.add(
          new LevelRecord(
              offsets++,
              mutation == Mutation.ONE_KEY ? "level" : Integer.toString(raise.level()),
              raise.level()));
    }

    private void compact() {
      Map<String, LevelRecord> last = new HashMap<>();
      levels.forEach(record -> last.put(record.key(), record));
      levels.removeIf(record -> last.get(record.key()) != record);
    }

    private int inForce() {
      return looked.keySet().stream().mapToInt(i -> i).max().orElse(ContractLevel.FIRST);
    }

    private int announced() {
      return kept().stream().mapToInt(each -> each.record().getInForce()).max().orElse(0);
    }

    private List<Announcement> kept() {
      while (first < announcements.size() && now - announcements.get(first).at() > 60 * MINUTE) {
        first++;
      }
      return announcements.subList(first, announcements.size());
    }

    private ReplicaAnnounced told(ReplicaAnnounced record) {
      return mutation == Mutation.KNOWS_FROM_THE_TOPIC_ALONE
          ? record.toBuilder().clearInForce().build()
          : record;
    }

    private final class Replica {
      private final String name = "replica-" + names++;
      private final int reads;
      private final ContractLevels known = new ContractLevels();
      private final boolean silent = random.nextInt(8) == 0; // its announcements fail
      private long nextLevel;
      private int nextAnnouncement;
      private int nextMail = mail.size();
      private final List<Long> announced = new ArrayList<>(); // when
      private long announces = now;
      private long sleepsUntil;
      private boolean works;
      private boolean ended;

      Replica(int reads) {
        this.reads = reads;
        follow();
        int written = mail.stream().mapToInt(i -> i).max().orElse(ContractLevel.FIRST);
        if (known.inForce() < written) {
          broken = "level %d is in force, and %d was written".formatted(known.inForce(), written);
        }
        works = known.inForce() <= reads;
        if (!works) {
          count("waits at its start");
        }
      }

      void turn(boolean awake) {
        if (now < sleepsUntil) {
          return;
        }
        if (!awake && random.nextInt(200) == 0) {
          sleepsUntil = now + random.nextInt(40) * MINUTE;
          return;
        }
        if (awake || !silent) {
          if (now >= announces) {
            announces = now + 3 * STEP;
            announce(false);
          }
        }
        // In any order: one thread follows, others read and write.
        if (random.nextBoolean()) {
          follow();
          if (works && known.inForce() > reads) {
            count("ended by the level");
            ended = true;
            announce(true);
            return;
          }
          works |= known.inForce() <= reads;
        }
        if (works) {
          read();
          write();
        }
      }

      void announce(boolean stops) {
        announced.add(now);
        announcements.add(
            new Announcement(
                now,
                ReplicaAnnounced.newBuilder()
                    .setReplica(name)
                    .setReads(reads)
                    .setInForce(known.inForce())
                    .setStops(stops)
                    .build()));
      }

      private void follow() {
        for (LevelRecord record : levels) {
          if (record.offset() >= nextLevel) {
            known.raised(record.level());
            nextLevel = record.offset() + 1;
          }
        }
        int kept = announcements.size() - kept().size();
        for (int i = Math.max(nextAnnouncement, kept); i < announcements.size(); i++) {
          Announcement each = announcements.get(i);
          known.announced(told(each.record()), each.at());
        }
        nextAnnouncement = announcements.size();
      }

      private void write() {
        int level = mutation == Mutation.WRITES_UNASKED ? reads : 1;
        while (level < reads && known.writes(level + 1)) {
          level++;
        }
        mail.add(level);
      }

      private void read() {
        while (nextMail < mail.size()) {
          int level = mail.get(nextMail);
          if (level > reads && mutation != Mutation.RECORDS_WITHOUT_LEVEL) {
            refuse(level);
            return;
          }
          if (level > reads) {
            broken = "a version that reads %d acts on %d".formatted(reads, level);
          }
          count("acted on level " + level);
          nextMail++;
        }
      }

      /** Its mail waits: only of a replica that the operator could not know of. */
      private void refuse(int level) {
        count("refused a record");
        Long at = looked.get(level);
        if (at == null) {
          broken = "level %d was written before it was raised".formatted(level);
        } else if (announced.stream()
            .anyMatch(each -> each <= at && each > at - ContractLevels.SILENT.toMillis())) {
          broken = "level %d was raised over a replica that reads %d".formatted(level, reads);
        }
      }
    }
  }

  private enum Operator {
    ANNA,
    BERT
  }
}
