package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Contents that travel sealed in the records of their envelopes, for forty days: replicas of
 * ingress that make keys, whose keys' records fail or are acknowledged late, that start again and
 * whose machines sleep; retention by segments; replicas of delivery that start again; messages that
 * are retried, held and returned by notifications; a topic of keys that is lost, and one of
 * envelopes that loses its end. Each content can be opened as long as its message may need it, and
 * by nobody when its time is over.
 */
class SealedContentModelTest {
  private static final int SCHEDULES = 100;
  private static final Duration STEP = Duration.ofMinutes(15);
  private static final Duration RUN = Duration.ofDays(40);
  private static final Duration LIFETIME = Duration.ofDays(5);
  private static final Duration HOLD = Duration.ofDays(14);
  private static final Duration KEYS_KEPT = Duration.ofDays(7);
  private static final Duration SEGMENT = Duration.ofHours(3); // of the topic of keys
  // Of a body of mail.content: kept for 7 days, and until its segment goes.
  private static final Duration LONGEST_BODY = KEYS_KEPT.plusHours(6);

  /** What is left out or done otherwise on purpose. */
  enum Mutation {
    NONE,
    /** A key is used before its record is acknowledged. */
    USES_BEFORE_ACKNOWLEDGED,
    /** A key is used until the next one is there, however long that takes. */
    USES_UNTIL_RENEWED,
    /** A key's record is written once. */
    NOT_WRITTEN_AGAIN,
    /** A key is used although the log does not take its record again. */
    USES_UNCONFIRMED,
    /** A key's age is counted by a clock that stands while the machine sleeps. */
    SLEEP_DOES_NOT_COUNT,
    /** Keys are kept as long as envelopes are, as from one secret in a file. */
    KEYS_LIKE_ENVELOPES,
    /** Delivery reads the keys at its start alone. */
    READS_KEYS_ONCE,
    /** What is held is not copied. */
    NO_COPY,
    /** The seal does not name its message. */
    NOT_BOUND,
    /** One key for all replicas, and each counts its nonces. */
    ONE_KEY_AND_COUNTERS
  }

  /** What happened, by name: each must have, or the model tries less than it says. */
  private final Map<String, Integer> seen = new HashMap<>();

  private void count(String what) {
    seen.merge(what, 1, Integer::sum);
  }

  @Test
  void whoNeedsAContentOpensItAndNobodyLater() {
    for (int seed = 1; seed <= SCHEDULES; seed++) {
      assertThat(new World(seed, Mutation.NONE).run()).as("seed %d", seed).isEmpty();
    }
    assertThat(seen)
        .containsKeys(
            "sealed",
            "in two records",
            "opened",
            "opened a retry of days",
            "opened a copy of weeks",
            "opened for a notification",
            "refused without a key",
            "refused another message's",
            "key's record failed",
            "key's record failed, and is there",
            "keys lost",
            "the topic of keys is gone",
            "opened after its key was lost",
            "the end lost",
            "slept for days");
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

  private record KeyRecord(int key, long at) {}

  private record Seal(int key, long nonce) {}

  /**
   * A record of mail.accepted.
   *
   * @param seal null: its content is in mail.content
   */
  private record Envelope(int message, long at, @Nullable Seal seal) {}

  /** A use of a content to come. */
  private record Need(Envelope envelope, int offset, long at, String why, boolean copies) {}

  private final class World {
    private final Random random;
    private final Mutation mutation;
    private final List<KeyRecord> keys = new ArrayList<>(); // as the log has them
    private final List<Envelope> accepted = new ArrayList<>(); // offset: index
    private final PriorityQueue<Need> needs =
        new PriorityQueue<>(Comparator.comparingLong(Need::at));
    private final Set<Integer> copied = new HashSet<>(); // messages
    private final Set<Seal> nonces = new HashSet<>();
    private final Map<Integer, Long> firstUse = new HashMap<>(); // of keys
    private final Map<Integer, Long> lostKeys = new HashMap<>(); // and when
    private final List<Ingress> ingress = new ArrayList<>();
    private final List<KnownKeys<Integer>> delivery = new ArrayList<>();
    private final boolean mayLose;
    private long keysAwayUntil;
    private long now = Duration.ofDays(100).toMillis();
    private int names;
    private String broken = "";

    World(int seed, Mutation mutation) {
      this.random = new Random(seed * 0x9E3779B97F4A7C15L);
      this.mutation = mutation;
      this.mayLose = random.nextInt(3) == 0;
      for (int i = 0; i < 3; i++) {
        ingress.add(new Ingress());
        delivery.add(reader());
      }
    }

    /** What went wrong; empty: nothing. */
    String run() {
      long end = now + RUN.toMillis();
      while (now < end && broken.isEmpty()) {
        now += STEP.toMillis();
        retain();
        for (int i = 0; i < ingress.size(); i++) {
          if (random.nextInt(300) == 0) {
            ingress.set(i, new Ingress());
          }
          if (random.nextInt(300) == 0) {
            delivery.set(i, reader());
          }
          ingress.get(i).turn();
        }
        if (mayLose && random.nextInt(1_000) == 0) {
          lose();
        }
        open();
        spy();
      }
      return broken;
    }

    private long after(Duration most) {
      return now + random.nextLong(most.toMillis());
    }

    private KnownKeys<Integer> reader() {
      KnownKeys<Integer> reader = new KnownKeys<>();
      readKeys(reader);
      return reader;
    }

    private void readKeys(KnownKeys<Integer> reader) {
      Map<String, Integer> there = new HashMap<>();
      keys.forEach(each -> there.put("key " + each.key(), each.key()));
      reader.are(there, nanos());
    }

    private long nanos() {
      return Duration.ofMillis(now).toNanos();
    }

    private Duration kept() {
      return mutation == Mutation.KEYS_LIKE_ENVELOPES ? LIFETIME.plus(HOLD) : KEYS_KEPT;
    }

    /** Kafka removes a segment when its last record is too old. */
    private void retain() {
      int first = 0;
      while (first < keys.size()) {
        int next = first;
        long begun = keys.get(first).at();
        while (next < keys.size() && keys.get(next).at() - begun < SEGMENT.toMillis()) {
          next++;
        }
        if (now - keys.get(next - 1).at() <= kept().toMillis()) {
          break;
        }
        first = next;
      }
      keys.subList(0, first).clear();
    }

    private void lose() {
      if (random.nextBoolean()) {
        count("keys lost");
        keys.forEach(each -> lostKeys.put(each.key(), now));
        keys.clear();
        if (random.nextBoolean()) {
          count("the topic of keys is gone");
          keysAwayUntil = after(Duration.ofDays(1));
        }
        delivery.replaceAll(_ -> reader());
      } else {
        count("the end lost");
        int from = Math.max(0, accepted.size() - 1 - random.nextInt(3));
        accepted.subList(from, accepted.size()).clear();
      }
    }

    private void accept(Envelope envelope) {
      Seal seal = envelope.seal();
      count(seal == null ? "in two records" : "sealed");
      if (seal != null) {
        firstUse.putIfAbsent(seal.key(), now);
        if (!nonces.add(seal)) {
          broken = "a nonce was used twice with one key";
        }
      }
      int offset = accepted.size();
      accepted.add(envelope);
      switch (random.nextInt(5)) {
        case 0 -> { // it fails within a day, and the notification returns it within its lifetime
          long notified = after(Duration.ofHours(36));
          needs.add(
              new Need(
                  envelope,
                  offset,
                  notified + random.nextLong(LIFETIME.toMillis()),
                  "opened for a notification",
                  false));
        }
        case 1 -> { // held: copied within a day, released within the longest hold
          long held = after(LIFETIME);
          long copy = held + random.nextLong(Duration.ofDays(1).toMillis());
          if (mutation != Mutation.NO_COPY) {
            needs.add(new Need(envelope, offset, copy, "opened for a copy", true));
          }
          long released = copy + 1 + random.nextLong(HOLD.toMillis());
          needs.add(new Need(envelope, offset, released, "opened a copy of weeks", false));
        }
        case 2 ->
            needs.add(new Need(envelope, offset, after(LIFETIME), "opened a retry of days", false));
        default ->
            needs.add(new Need(envelope, offset, after(Duration.ofHours(1)), "opened", false));
      }
    }

    private void open() {
      for (Need next = needs.peek(); next != null && next.at() <= now; next = needs.peek()) {
        needs.remove();
        open(next);
      }
    }

    private void open(Need need) {
      Seal wanted = need.envelope().seal();
      if (wanted == null) {
        return;
      }
      if (copied.contains(need.envelope().message())) {
        count(need.why());
        return;
      }
      Envelope there = need.offset() < accepted.size() ? accepted.get(need.offset()) : null;
      if (there == null || there.seal() == null) {
        count("refused another message's");
        return; // its end was lost, and the record with it
      }
      boolean another = there.message() != need.envelope().message();
      if (another && mutation != Mutation.NOT_BOUND) {
        count("refused another message's");
        return;
      }
      KnownKeys<Integer> reader = delivery.get(random.nextInt(delivery.size()));
      String id = "key " + there.seal().key();
      if (reader.find(id, nanos()) == null && mutation != Mutation.READS_KEYS_ONCE) {
        readKeys(reader);
      }
      if (reader.find(id, nanos()) == null) {
        Long lost = lostKeys.get(there.seal().key());
        if (lost != null && there.at() - lost <= KeyUse.CONFIRMED.plus(STEP).toMillis()) {
          count("refused without a key");
        } else {
          broken =
              "%s of message %d: no key after %s"
                  .formatted(
                      need.why(), there.message(), Duration.ofMillis(now - need.envelope().at()));
        }
      } else if (another) {
        broken = "message %d got another one's content".formatted(need.envelope().message());
      } else {
        count(need.why());
        if (lostKeys.containsKey(there.seal().key())) {
          count("opened after its key was lost");
        }
        if (need.copies()) {
          copied.add(there.message());
        }
      }
    }

    /** Who reads everything in the log: what goes next is the oldest. */
    private void spy() {
      for (KeyRecord each : keys.subList(0, Math.min(50, keys.size()))) {
        long age = now - firstUse.getOrDefault(each.key(), now);
        if (age > LONGEST_BODY.plus(STEP).toMillis()) {
          broken = "the log has a body after " + Duration.ofMillis(age);
        }
      }
    }

    private final class Ingress {
      private final Machine machine = new Machine();
      private final LongSupplier clock =
          mutation == Mutation.SLEEP_DOES_NOT_COUNT
              ? machine
              : new SleepCountingClock(machine, machine.wall);
      private @Nullable KeyUse use;
      private int key;
      private long nonce;
      private long sleepsUntil;
      private long failsUntil; // the log takes no key of it

      void turn() {
        if (now < sleepsUntil) {
          return;
        }
        machine.awake();
        renew();
        if (random.nextInt(4) == 0) {
          accept(new Envelope(names++, now, seal()));
        }
        if (random.nextInt(1_500) == 0) {
          failsUntil = after(Duration.ofDays(6));
        }
        if (random.nextInt(1_500) == 0) {
          count("slept for days");
          sleepsUntil = after(Duration.ofDays(6));
        }
      }

      private void renew() {
        KeyUse current = use;
        long at = clock.getAsLong();
        if (current != null && current.again(at)) {
          if (mutation != Mutation.NOT_WRITTEN_AGAIN
              && !written(key)
              && mutation != Mutation.USES_UNCONFIRMED) {
            return;
          }
          use = current.writtenAgain(at);
        }
        if (current != null && !current.due(at)) {
          return;
        }
        int made = mutation == Mutation.ONE_KEY_AND_COUNTERS ? 0 : names++;
        if (written(made) || mutation == Mutation.USES_BEFORE_ACKNOWLEDGED) {
          key = made;
          use = new KeyUse(at);
        }
      }

      /** Whether the record is acknowledged. */
      private boolean written(int made) {
        if (now < keysAwayUntil) {
          return false;
        }
        boolean fails = now < failsUntil || random.nextInt(20) == 0;
        if (!fails || random.nextBoolean()) {
          keys.add(new KeyRecord(made, now));
          if (fails) {
            count("key's record failed, and is there");
          }
        } else {
          count("key's record failed");
        }
        return !fails;
      }

      private @Nullable Seal seal() {
        KeyUse current = use;
        if (current == null
            || !current.usable(clock.getAsLong()) && mutation != Mutation.USES_UNTIL_RENEWED) {
          return null;
        }
        long next =
            mutation == Mutation.ONE_KEY_AND_COUNTERS ? nonce++ : random.nextLong(Long.MAX_VALUE);
        return new Seal(key, next);
      }

      /** Its monotonic clock stands while it sleeps. */
      private final class Machine implements LongSupplier {
        private long monotonic;
        private long seen = now;
        private final Clock wall =
            new Clock() {
              @Override
              public Instant instant() {
                return Instant.ofEpochMilli(now);
              }

              @Override
              public ZoneId getZone() {
                return ZoneOffset.UTC;
              }

              @Override
              public Clock withZone(ZoneId zone) {
                return this;
              }
            };

        void awake() {
          monotonic += Math.min(now - seen, STEP.toMillis()) * 1_000_000;
          seen = now;
        }

        @Override
        public long getAsLong() {
          return monotonic;
        }
      }
    }
  }
}
