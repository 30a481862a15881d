package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two replicas and one partition: sessions end at random, commits end well, aborted or unknown, the
 * partition is revoked, or taken from a replica that does not know it yet. Whatever happens:
 *
 * <ul>
 *   <li>an offset is finished exactly when an outcome for it is durable, or it was handed over;
 *   <li>what was delivered is recorded as delivered;
 *   <li>two final dots for one offset only if the first one's owner lost the partition after it.
 * </ul>
 */
class TakeoverPropertyTest {
  private static final int RECORDS = 60;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyOffsetIsFinishedExactlyWithItsOutcome(int seed) {
    for (int run = 0; run < 15; run++) {
      new Run(new Random(seed * 1_000L + run)).play();
    }
  }

  private static final class Run {
    private final Random random;
    private final SessionLab lab = new SessionLab();
    private final List<SessionLab.Replica> replicas = List.of(lab.replica(), lab.replica());
    private final Map<SessionLab.Replica, List<SessionLab.Session>> sessions = new HashMap<>();
    private final Set<Long> markers = new HashSet<>();
    private final Map<Long, Integer> dots = new HashMap<>();
    private final Set<Long> mayBeDoubled = new HashSet<>();
    private final Set<Long> delivered = new HashSet<>();

    /** Knows that it owns the partition; and who really does. */
    private final Set<SessionLab.Replica> believers = new HashSet<>();

    private SessionLab.Replica owner = replicas.getFirst();
    private long read;

    private Run(Random random) {
      this.random = random;
      replicas.forEach(r -> sessions.put(r, new ArrayList<>()));
      for (long offset = 0; offset < RECORDS; offset++) {
        if (random.nextInt(6) == 0) {
          markers.add(offset);
        }
      }
      take(owner);
    }

    private void play() {
      for (int step = 0; step < 250; step++) {
        SessionLab.Replica replica = replicas.get(random.nextInt(2));
        switch (random.nextInt(14)) {
          case 0, 1, 2 -> read();
          case 3, 4 -> dot(replica);
          case 5, 6, 7 -> end(replica);
          case 8 -> lab.passMillis(random.nextInt(3_000));
          case 9, 10 -> commit(replica);
          case 11 -> watch(replica);
          case 12 -> rarely(this::revoke);
          default -> rarely(this::moveUnnoticed);
        }
        check();
      }
      drain();
    }

    private void rarely(Runnable event) {
      if (random.nextInt(4) == 0) {
        event.run();
      }
    }

    private void take(SessionLab.Replica replica) {
      replica.take();
      believers.add(replica);
      owner = replica;
      read = replica.committed().next();
    }

    private void read() {
      if (read >= RECORDS || !believers.contains(owner)) {
        return;
      }
      long offset = read++;
      PartitionWork work = owner.work();
      if (!markers.contains(offset)
          && !work.isOpen(offset)
          && !work.position().isFinished(offset)) {
        sessions(owner).add(owner.start(offset));
      } else if (!markers.contains(offset)) {
        var unused = work.position().returned(offset);
      }
      work.position().passedOver(read);
    }

    private List<SessionLab.Session> sessions(SessionLab.Replica replica) {
      return sessions.getOrDefault(replica, new ArrayList<>());
    }

    private void dot(SessionLab.Replica replica) {
      List<SessionLab.Session> open =
          sessions(replica).stream().filter(s -> !s.dotted && !s.over()).toList();
      if (open.isEmpty()) {
        return;
      }
      SessionLab.Session session = open.get(random.nextInt(open.size()));
      if (replica.dot(session)) {
        int times = dots.merge(session.offset, 1, Integer::sum);
        assertThat(times == 1 || mayBeDoubled.contains(session.offset))
            .as("offset %s: dot number %s", session.offset, times)
            .isTrue();
        if (replica != owner) {
          mayBeDoubled.add(session.offset); // G5 (b)
        }
      }
    }

    private void end(SessionLab.Replica replica) {
      List<SessionLab.Session> open =
          sessions(replica).stream().filter(s -> s.dotted && !s.over()).toList();
      if (!open.isEmpty()) {
        end(replica, open.get(random.nextInt(open.size())));
      }
    }

    private void end(SessionLab.Replica replica, SessionLab.Session session) {
      OutcomeKind kind = random.nextInt(3) == 0 ? OutcomeKind.DEFERRED : OutcomeKind.DELIVERED;
      if (kind == OutcomeKind.DELIVERED) {
        delivered.add(session.offset);
      }
      replica.end(session, kind);
    }

    private void watch(SessionLab.Replica replica) {
      if (random.nextInt(3) == 0) {
        lab.pass(31);
      }
      replica.deliveries.watch();
    }

    /** By who is fenced it is aborted. */
    private void commit(SessionLab.Replica replica) {
      replica.deliveries.collect();
      Batch batch = replica.deliveries.batch(List.of());
      boolean fenced = replica != owner && !batch.positions().isEmpty();
      long began = lab.now();
      lab.passMillis(random.nextInt(200));
      int end = random.nextInt(6);
      if (end == 0 || fenced) {
        return; // aborted
      }
      if (end == 1) { // unknown: it was, or it was not
        if (random.nextBoolean()) {
          replica.write(batch);
        }
        if (!batch.positions().isEmpty()) {
          replica.deliveries.reconcile(SessionLab.PARTITION, replica.committed());
        }
        return;
      }
      replica.write(batch);
      replica.deliveries.settled(batch, began);
    }

    private void revoke() {
      SessionLab.Replica from = owner;
      if (!believers.contains(from)) {
        return;
      }
      from.deliveries.giveUp(List.of(SessionLab.PARTITION), Duration.ofSeconds(1));
      if (random.nextInt(4) == 0) {
        // The last commit did not succeed: what was past its dot comes again.
        sessions(from).stream().filter(s -> s.dotted).forEach(s -> mayBeDoubled.add(s.offset));
        from.deliveries.lose(SessionLab.PARTITION);
      } else {
        from.release();
      }
      believers.remove(from);
      other(from).deliveries.lose(SessionLab.PARTITION);
      believers.remove(other(from));
      take(random.nextBoolean() ? from : other(from));
    }

    /** The owner is stopped, or cut off; the other one takes over. */
    private void moveUnnoticed() {
      SessionLab.Replica from = owner;
      SessionLab.Replica to = other(from);
      to.deliveries.lose(SessionLab.PARTITION); // it was told before it joined again
      believers.remove(to);
      // G5: between a final 250 and the durable outcome, and a dot whose owner is lost.
      sessions(from).stream().filter(s -> s.dotted).forEach(s -> mayBeDoubled.add(s.offset));
      sessions(from).stream().filter(s -> !s.dotted).forEach(s -> dotsOfWhoDoesNotKnow(from, s));
      take(to);
    }

    // Within its lease it may still send a dot, and that is a dot whose owner is lost.
    private void dotsOfWhoDoesNotKnow(SessionLab.Replica from, SessionLab.Session session) {
      if (random.nextInt(4) == 0 && from.dot(session)) {
        int times = dots.merge(session.offset, 1, Integer::sum);
        assertThat(times == 1 || mayBeDoubled.contains(session.offset)).isTrue();
        mayBeDoubled.add(session.offset);
      }
    }

    private SessionLab.Replica other(SessionLab.Replica replica) {
      return replica == replicas.getFirst() ? replicas.getLast() : replicas.getFirst();
    }

    /**
     * Finished in the log: exactly what has an outcome there, once, late and following ones apart.
     */
    private void check() {
      DeliveryPosition position = owner.committed();
      Map<Long, Set<String>> finishing = new HashMap<>();
      for (OutcomeRecorded outcome : lab.durable) {
        if (!outcome.getLate() && !outcome.getAfterStillOpen()) {
          finishing
              .computeIfAbsent(Long.parseLong(outcome.getQueueId()), o -> new HashSet<>())
              .add(outcome.getId().getIncarnation() + "/" + outcome.getId().getNumber());
        }
      }
      for (long offset = 0; offset < RECORDS; offset++) {
        if (!markers.contains(offset)) {
          assertThat(position.finished(offset))
              .as("offset %s of %s", offset, position)
              .isEqualTo(finishing.containsKey(offset));
          assertThat(finishing.getOrDefault(offset, Set.of())).hasSizeLessThan(2);
        }
      }
    }

    private void drain() {
      for (int round = 0; round < 200 && owner.committed().next() < RECORDS; round++) {
        read();
        lab.passMillis(500);
        settle(owner);
        for (SessionLab.Session session : List.copyOf(sessions(owner))) {
          if (!session.dotted && !session.over() && owner.dot(session)) {
            int times = dots.merge(session.offset, 1, Integer::sum);
            assertThat(times == 1 || mayBeDoubled.contains(session.offset)).isTrue();
          }
          if (session.dotted && !session.over()) {
            end(owner, session);
          }
        }
        settle(owner);
        owner.deliveries.watch();
        check();
      }
      for (SessionLab.Replica replica : replicas) {
        if (replica != owner) {
          replica.deliveries.lose(SessionLab.PARTITION);
        }
        List.copyOf(sessions(replica)).stream()
            .filter(s -> s.dotted && !s.over())
            .forEach(s -> end(replica, s));
        settle(replica);
      }
      check();
      assertThat(owner.committed().next()).isEqualTo(RECORDS);
      Set<Long> recorded = new HashSet<>();
      lab.durable.stream()
          .filter(o -> o.getRecipients(0).getKind() == OutcomeKind.DELIVERED)
          .forEach(o -> recorded.add(Long.parseLong(o.getQueueId())));
      assertThat(recorded).containsAll(delivered);
    }

    private void settle(SessionLab.Replica replica) {
      replica.deliveries.collect();
      long began = lab.now();
      Batch batch = replica.deliveries.batch(List.of());
      replica.write(batch);
      replica.deliveries.settled(batch, began);
    }
  }
}
