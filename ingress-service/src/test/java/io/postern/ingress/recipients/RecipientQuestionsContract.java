package io.postern.ingress.recipients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.ingress.recipients.RecipientQuestions.Answer;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds for questions over the log, and for those of tests. */
@Timeout(180)
abstract class RecipientQuestionsContract {
  static final Duration LONG = Duration.ofSeconds(60);
  static final Duration SHORT = Duration.ofMillis(50);

  abstract RecipientQuestions questions();

  /** As delivery-service does. */
  abstract void answer(Mailbox mailbox, Existence existence) throws Exception;

  /** How often it was asked for. */
  abstract long asked(String address);

  static Mailbox mailbox(String local, String domain) {
    return new Mailbox(local + "@" + domain, domain, 7);
  }

  @Test
  void nothingIsKnownOfAMailboxThatNobodyAskedFor() {
    assertThat(questions().known(mailbox("new", "unasked.example"))).isNull();
  }

  @Test
  void eachAnswerIsHandedToAllThatWait() throws Exception {
    for (Existence existence : Existence.values()) {
      Mailbox mailbox = mailbox("ann-" + existence, "waits-" + existence.ordinal() + ".example");
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          answers.add(callers.submit(() -> questions().answer(mailbox, LONG)));
        }
        await().atMost(LONG).until(() -> asked(mailbox.address()) == 1);
        answer(mailbox, existence);
        for (Future<Answer> answer : answers) {
          assertThat(answer.get().existence()).isEqualTo(existence);
        }
      }
      assertThat(asked(mailbox.address())).isEqualTo(1);
    }
  }

  @Test
  void aQuestionThatWasAskedAheadIsNotAskedAgain() throws Exception {
    Mailbox mailbox = mailbox("ahead", "ahead.example");
    questions().ask(mailbox);
    questions().ask(mailbox);
    await().atMost(LONG).until(() -> asked(mailbox.address()) == 1);
    answer(mailbox, Existence.MISSING);
    assertThat(questions().answer(mailbox, LONG).existence()).isEqualTo(Existence.MISSING);
    assertThat(asked(mailbox.address())).isEqualTo(1);
  }

  @Test
  void withoutAnAnswerAMailboxIsUnknown() {
    long began = System.nanoTime();
    assertThat(questions().answer(mailbox("ann", "silent.example"), SHORT).existence())
        .isEqualTo(Existence.UNKNOWN);
    assertThat(System.nanoTime() - began).isLessThan(LONG.toNanos());
  }
}
