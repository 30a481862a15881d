package io.postern.delivery.recipients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.RecipientAnswer;
import io.postern.contracts.v1.RecipientExistence;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DomainQuestionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long LATER = Duration.ofMinutes(5).toNanos();

  private record Batch(String domain, List<String> addresses) {}

  private final AtomicLong clock = new AtomicLong();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Batch> asked = new CopyOnWriteArrayList<>();
  private final List<String> answered = new CopyOnWriteArrayList<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Semaphore go = new Semaphore(0);

  private DomainQuestions questions(int perMinute) {
    return new DomainQuestions(
        (domain, addresses) -> {
          asked.add(new Batch(domain, List.copyOf(addresses)));
          go.acquire();
          return addresses.stream()
              .map(
                  address ->
                      RecipientAnswer.newBuilder()
                          .setAddress(address)
                          .setExistence(RecipientExistence.RECIPIENT_EXISTS)
                          .build())
              .toList();
        },
        answer -> answered.add(answer.getAddress()),
        (address, domain, why) -> unanswered.incrementAndGet(),
        perMinute,
        clock::get,
        registry);
  }

  private static QueuedQuestion ask(String local, String domain) {
    return new QueuedQuestion(local + "@" + domain, domain, LATER);
  }

  @Test
  void questionsInLineGoTogetherAndADomainHasOneTransactionAtATime() {
    DomainQuestions questions = questions(100_000);
    questions.add(ask("first", "a.example"));
    await().atMost(PATIENCE).until(() -> asked.size() == 1);
    for (int i = 0; i < 120; i++) {
      questions.add(ask("u" + i, "a.example"));
    }
    assertThat(asked).hasSize(1);
    go.release(10);
    await().atMost(PATIENCE).until(() -> answered.size() == 121);
    assertThat(asked).extracting(batch -> batch.addresses().size()).containsExactly(1, 50, 50, 20);
  }

  @Test
  void aHostThatHangsHoldsUpItsOwnDomainAlone() {
    DomainQuestions questions = questions(100_000);
    questions.add(ask("ann", "hangs.example"));
    await().atMost(PATIENCE).until(() -> asked.size() == 1);
    questions.add(ask("ben", "other.example"));
    await().atMost(PATIENCE).until(() -> asked.size() == 2);
    go.release(2);
    await().atMost(PATIENCE).until(() -> answered.size() == 2);
  }

  @Test
  void anAddressIsAskedForOnceHoweverOftenItIsInTheLog() {
    DomainQuestions questions = questions(100_000);
    questions.add(ask("ann", "a.example"));
    await().atMost(PATIENCE).until(() -> asked.size() == 1);
    questions.add(ask("ann", "a.example")); // under way
    questions.add(ask("ben", "a.example"));
    questions.add(ask("ben", "a.example")); // in line
    go.release(10);
    await().atMost(PATIENCE).until(() -> answered.size() == 2);
    assertThat(answered).containsExactlyInAnyOrder("ann@a.example", "ben@a.example");
    assertThat(count("merged")).isEqualTo(2);
  }

  @Test
  void aQuestionForWhichNobodyWaitsIsNotAsked() {
    DomainQuestions questions = questions(100_000);
    questions.add(ask("ann", "a.example"));
    await().atMost(PATIENCE).until(() -> asked.size() == 1);
    questions.add(new QueuedQuestion("late@a.example", "a.example", 1_000));
    questions.add(ask("ben", "a.example"));
    clock.set(1_001);
    go.release(10);
    await().atMost(PATIENCE).until(() -> answered.size() == 2);
    assertThat(answered).doesNotContain("late@a.example");
  }

  /** A stranger's million of addresses: what the host, the log and others see of it. */
  @Test
  void aMillionInventedAddressesCostTheHostItsRateAndOthersNothing() {
    DomainQuestions questions = questions(3_000);
    go.release(1_000_000);
    for (int i = 0; i < 1_000_000; i++) {
      questions.add(ask("r" + i, "victim.example"));
    }
    assertThat(questions.waiting()).isLessThanOrEqualTo(DomainQuestions.MOST_OF_DOMAIN);
    questions.add(ask("ann", "other.example"));
    await().atMost(PATIENCE).until(() -> answered.contains("ann@other.example"));
    await().atMost(PATIENCE).until(() -> answered.size() == 301); // a tenth of a minute's, and ann
    assertThat(unanswered).hasValue(1_000_000 - 300);
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    for (int i = 0; i < 10_000; i++) {
      questions.add(ask("s" + i, "victim.example"));
    }
    await().atMost(PATIENCE).until(() -> answered.size() == 601);
  }

  @Test
  void aLineIsBounded() {
    DomainQuestions questions = questions(1_000_000);
    for (int i = 0; i < 3_000; i++) {
      questions.add(ask("u" + i, "a.example"));
    }
    assertThat(questions.waiting()).isLessThanOrEqualTo(DomainQuestions.MOST_OF_DOMAIN);
    assertThat(unanswered.get()).isGreaterThan(1_900);
    go.release(3_000);
    await().atMost(PATIENCE).until(() -> answered.size() + unanswered.get() == 3_000);
  }

  private double count(String result) {
    return registry.counter("postern.delivery.recipient.questions", "result", result).count();
  }
}
