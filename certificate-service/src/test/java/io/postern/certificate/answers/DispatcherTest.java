package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.revocation.PauseRefusedException;
import io.postern.certificate.revocation.Permit;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DispatcherTest {
  private final WaitingRoom room = new WaitingRoom(10, 1000);
  private final LongWaits waits = new LongWaits(1, 1000);
  private final List<Integer> answered = new CopyOnWriteArrayList<>();
  private final CountDownLatch fetched = new CountDownLatch(1);
  private @Nullable Thread thread;

  private static Question question(int number) {
    VerdictKey key = VerdictKey.of(Fingerprints.sha256(new byte[] {(byte) number}));
    return new Question(key, CertificateRequest.getDefaultInstance(), 10, number);
  }

  private Thread start(int concurrent, Dispatcher.Work work) {
    thread = Thread.ofVirtual().start(new Dispatcher(room, waits, concurrent, work));
    return thread;
  }

  @AfterEach
  void close() {
    fetched.countDown();
    room.close();
  }

  /** With even numbers, a judgement that waits for its fetch. */
  private void answer(Question question, Permit permit) throws InterruptedException {
    if (question.bytes() % 2 == 0) {
      try (Permit.Pause pause = permit.pause()) {
        fetched.await();
      }
    }
    answered.add(question.bytes());
  }

  @Test
  void anErrorCostsNeitherTheDispatcherNorThePermitNorTheQuestion() throws Exception {
    AtomicInteger works = new AtomicInteger();
    Thread dispatcher =
        start(
            1,
            (question, permit) -> {
              if (works.incrementAndGet() < 3) {
                throw new NoClassDefFoundError("of a broken installation");
              }
            });
    for (int i = 0; i < 3; i++) {
      Awaitility.await().until(() -> !room.offer(question(1)).merged());
    }
    Awaitility.await().until(() -> works.get() == 3);
    room.close();
    assertThat(dispatcher.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void aJudgementThatWaitsHoldsUpNoOther() {
    start(1, this::answer);
    room.offer(question(2));
    Awaitility.await().until(() -> waits.waiting() == 1);
    room.offer(question(1));
    room.offer(question(3));
    Awaitility.await().until(() -> answered.size() == 2);
    assertThat(answered).containsExactlyInAnyOrder(1, 3);
    fetched.countDown();
    Awaitility.await().until(() -> answered.contains(2) && waits.waiting() == 0);
  }

  @Test
  void aQuestionIsMergedUntilItsJudgementThatWaitsHasEnded() {
    start(1, this::answer);
    room.offer(question(2));
    Awaitility.await().until(() -> waits.waiting() == 1);
    assertThat(room.offer(question(2)).merged()).isTrue();
    fetched.countDown();
    Awaitility.await().until(() -> !room.offer(question(2)).merged());
  }

  @Test
  void oneMoreThanMayWaitIsRefused() {
    List<Integer> refused = new CopyOnWriteArrayList<>();
    start(
        1,
        (question, permit) -> {
          try {
            answer(question, permit);
          } catch (PauseRefusedException e) {
            refused.add(question.bytes());
          }
        });
    room.offer(question(2));
    Awaitility.await().until(() -> waits.waiting() == 1);
    room.offer(question(4));
    Awaitility.await().until(() -> refused.equals(List.of(4)));
    assertThat(waits.waiting()).as("the first waits still").isOne();
  }

  /** The permit that one held is there for a burst of others, one at a time. */
  @Test
  void noMoreRunThanThereArePermits() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch end = new CountDownLatch(1);
    start(
        2,
        (question, permit) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          end.await();
          running.decrementAndGet();
          answered.add(question.bytes());
        });
    for (int i = 1; i <= 6; i++) {
      room.offer(question(i));
    }
    Awaitility.await().until(() -> running.get() == 2);
    assertThat(room.waiting()).isEqualTo(4);
    end.countDown();
    Awaitility.await().until(() -> answered.size() == 6);
    assertThat(most).hasValue(2);
  }
}
