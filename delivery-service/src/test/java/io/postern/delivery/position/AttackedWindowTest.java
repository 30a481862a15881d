package io.postern.delivery.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.position.SessionLab.Session;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stranger has us bounce mail to domains without number, whose hosts take connections and then
 * say nothing, before the final dot or past it; each bounce is large, and a route of its own. Or he
 * has such domains in the list of a newsletter. Beside it users send mail to destinations that
 * nobody has written to yet. Window, slots, watch and ledger are the real ones, seconds are held,
 * and what hangs hangs for ever.
 */
@Timeout(120)
class AttackedWindowTest {
  private static final int WINDOW = 80;
  private static final long BUFFER = 16 << 20;
  private static final int SECONDS = 240;
  private static final NoticeShare NONE = new NoticeShare(Integer.MAX_VALUE, Long.MAX_VALUE / 2);
  private static final ReaderSettings SETTINGS =
      new ReaderSettings(
          WINDOW,
          BUFFER,
          Duration.ofMillis(500),
          Duration.ofSeconds(3),
          Duration.ofSeconds(20),
          SessionLab.WATCHED,
          1 << 30);

  /** One partition; a second is a turn of its reader. */
  private static final class Run {
    final SessionLab lab;
    final PartitionWork work;
    final Random random;
    final Queue<Decision> unread = new ArrayDeque<>();
    final List<Session> hanging = new ArrayList<>();
    int mails;
    int tried;
    int handedBack;
    int mostNotices;
    private long offset;

    /**
     * @param hostSlots of each address; 0: addresses are not counted
     */
    Run(NoticeShare window, NoticeShare watched, int hostSlots, long seed) {
      lab =
          new SessionLab(
              window,
              watched,
              it ->
                  DestinationsLab.destinations(
                      DestinationsLab.SETTINGS, () -> it.deliveries.crowded(SETTINGS), it::now),
              it ->
                  hostSlots == 0
                      ? null
                      : DestinationsLab.hosts(
                          hostSlots,
                          Duration.ZERO,
                          () -> it.deliveries.crowded(SETTINGS),
                          it::now));
      work = lab.take();
      random = new Random(seed);
    }

    /**
     * @param letters of a newsletter, to hosts that hang at one of {@code addresses}
     * @param mail one to a destination that is not known
     */
    void second(int bounces, int letters, int addresses, boolean mail) {
      for (int i = 0; i < letters; i++) {
        String address = "@192.0.2." + random.nextInt(addresses);
        unread.add(lab.mail(offset, "mx:b" + offset + ".evil.example" + address));
        offset++;
      }
      for (int i = 0; i < bounces; i++) {
        unread.add(lab.notice(offset, "mx:a" + offset + ".evil.example", random.nextInt(120_000)));
        offset++;
      }
      if (mail) {
        unread.add(lab.mail(offset, "mx:good" + offset + ".example"));
        offset++;
        mails++;
      }
      read();
      lab.acknowledge();
      lab.pass(1);
      lab.commit(work);
      lab.deliveries.watch();
      lab.acknowledge();
      settle();
      mostNotices = Math.max(mostNotices, work.notices());
    }

    /** As the reader does: nothing while the window or the memory of all is used up. */
    private void read() {
      while (!unread.isEmpty() && work.inWindow() < WINDOW && lab.deliveries.weight() < BUFFER) {
        Decision decision = unread.remove();
        boolean hostile =
            decision.getDeliveries(0).getNextHop().getRoute().contains("evil.example");
        Session session = lab.startOrNot(work, decision.getSourceOffset(), decision);
        if (session == null) {
          handedBack += hostile ? 0 : 1;
          settle();
        } else if (hostile) {
          hanging.add(session);
          if (random.nextInt(3) == 0) {
            var unused = lab.dot(session);
          }
        } else {
          tried++;
          lab.end(session, OutcomeKind.DELIVERED);
        }
        lab.acknowledge();
      }
    }

    /** Until what was cut or handed back has gone. */
    private void settle() {
      long since = System.nanoTime();
      while (hanging.stream().anyMatch(this::going) || handedBackIsOpen()) {
        assertThat(System.nanoTime() - since).isLessThan(Duration.ofSeconds(60).toNanos());
        lab.deliveries.awaitEnd(Duration.ofMillis(1));
      }
      lab.acknowledge();
    }

    private boolean going(Session session) {
      OpenDelivery delivery = session.delivery();
      return session.over()
          && (work.open().contains(delivery) || work.watched().contains(delivery));
    }

    private boolean handedBackIsOpen() {
      return work.open().stream().anyMatch(d -> hanging.stream().noneMatch(s -> s.delivery() == d));
    }
  }

  private static Run attacked(@Nullable ReaderSettings shares, long seed) {
    Run run =
        shares == null
            ? new Run(NONE, NONE, 0, seed)
            : new Run(
                NoticeShare.of(shares),
                NoticeShare.of(shares.watchedSessions(), shares.watchedBytes()),
                0,
                seed);
    for (int i = 0; i < SECONDS; i++) {
      run.second(run.random.nextInt(8), 0, 1, true);
    }
    return run;
  }

  private static Run newsletter(int hostSlots, int addresses) {
    Run run = new Run(NONE, NONE, hostSlots, 5);
    for (int i = 0; i < SECONDS; i++) {
      run.second(0, 5, addresses, true);
    }
    return run;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void domainsWithoutNumberAtSomeAddressesDelayNoOtherMail(int addresses) {
    Run run = newsletter(6, addresses);
    assertThat(run.tried).as("each in its second").isEqualTo(run.mails).isEqualTo(SECONDS);
    assertThat(run.handedBack).isZero();
  }

  @Test
  void whereAddressesAreNotCountedTheyStopIt() {
    Run run = newsletter(0, 1);
    assertThat(run.tried).isLessThan(SECONDS / 2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bouncesToHostsThatHangDelayNoOtherMail(long seed) {
    Run run = attacked(SETTINGS, seed);
    assertThat(run.tried).as("each in its second").isEqualTo(run.mails).isEqualTo(SECONDS);
    assertThat(run.unread).isEmpty();
    assertThat(run.handedBack).isZero();
    assertThat(run.mostNotices).isEqualTo(WINDOW / 4);
    assertThat(run.lab.longSessions.size()).isLessThanOrEqualTo(SessionLab.WATCHED / 4);
    assertThat(run.lab.counts.sessionsCut.count()).isPositive();
    assertThat(run.lab.durable)
        .filteredOn(OutcomeRecorded::getNoAttempt)
        .as("bounces that wait their turn")
        .isNotEmpty();
  }

  /** That it is an attack: with the same bounces and no share. */
  @Test
  void withoutAShareTheyStopIt() {
    Run run = attacked(null, 1);
    assertThat(run.tried).isLessThan(SECONDS / 2);
  }

  @Test
  void whatTheAttackLeavesBehindIsDoneWhenItIsOver() {
    Run run = attacked(SETTINGS, 4);
    for (int i = 0; i < 120; i++) {
      run.second(0, 0, 1, false);
    }
    run.hanging.stream().filter(s -> !s.over()).forEach(s -> run.lab.end(s, OutcomeKind.FAILED));
    run.lab.acknowledge();
    assertThat(run.work.open()).isEmpty();
    assertThat(run.work.watched()).isEmpty();
    assertThat(run.work.notices()).isZero();
    assertThat(run.lab.deliveries.weight()).isZero();
    assertThat(run.lab.commit(run.work).next()).as("no Decision is pinned").isEqualTo(run.offset);
  }
}
