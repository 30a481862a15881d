package io.postern.log.asking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.v1.RecipientQuestion;
import io.postern.log.asking.Questions.Kind;
import io.postern.log.asking.Questions.Missing;
import io.postern.log.asking.Questions.Question;
import io.postern.log.asking.Questions.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class QuestionsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LIFE = Duration.ofSeconds(10);

  private static final Kind PLAIN =
      new Kind("questions", 10, 3, false, false, Duration.ZERO, Duration.ZERO);
  private static final Kind PACED =
      new Kind("questions", 10, 10, true, false, Duration.ZERO, Duration.ZERO);
  private static final Kind ENDING =
      new Kind("questions", 10, 10, false, true, SHORT, Duration.ofMinutes(1));

  private final AtomicLong ahead = new AtomicLong();
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable String> known = new AtomicReference<>();
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable Exception failure;

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  private Questions<String, String> questions(Kind kind) {
    return new Questions<>(
        kind, (topic, key, value, done) -> send(key, done), () -> System.nanoTime() + ahead.get());
  }

  private void send(String key, Consumer<@Nullable Exception> done) {
    sent.add(key);
    done.accept(failure);
  }

  private static Question<String> question(String key) {
    return question(key, key, Duration.ZERO);
  }

  private static Question<String> question(String key, String partner, Duration least) {
    return new Question<>(key, partner, LIFE, least, RecipientQuestion::getDefaultInstance);
  }

  private Future<Reply<String>> caller(
      Questions<String, String> of, Question<String> asked, Duration patience) {
    return callers.submit(() -> of.await(asked, known::get, patience));
  }

  private static void assertMissing(Reply<String> reply, Missing why) {
    assertThat(reply.answer()).isNull();
    assertThat(reply.missing()).isEqualTo(why);
  }

  @Test
  void equalQuestionsAreSentOnceAndOneAnswerServesAllCallers() throws Exception {
    Questions<String, String> questions = questions(PLAIN);
    List<Future<Reply<String>>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(caller(questions, question("a"), LONG));
    }
    await().until(() -> sent.size() == 1);
    known.set("yes"); // for those who have yet to come
    questions.answered("a", "yes");
    for (Future<Reply<String>> each : all) {
      assertThat(each.get().answer()).isEqualTo("yes");
    }
    assertThat(sent).hasSize(1);
    assertThat(questions.count()).isZero();
  }

  @Test
  void whoLeavesFirstTakesTheAnswerFromNoOther() throws Exception {
    for (Kind kind : List.of(PLAIN, PACED)) {
      Questions<String, String> questions = questions(kind);
      Future<Reply<String>> patient = caller(questions, question("a"), LONG);
      await().until(() -> questions.isOpen("a"));
      assertMissing(caller(questions, question("a"), SHORT).get(), Missing.LATE);
      questions.answered("a", "yes");
      assertThat(patient.get().answer()).isEqualTo("yes");
    }
  }

  /** Also one who comes when the life of the question is over, and others still wait for it. */
  @Test
  void aQuestionThatOthersWaitForIsKeptBeyondItsLife() throws Exception {
    Questions<String, String> questions = questions(PACED);
    Future<Reply<String>> patient = caller(questions, question("a"), LONG);
    await().until(() -> sent.size() == 1);
    ahead.addAndGet(LIFE.toNanos());
    assertThat(questions.ask(question("b"))).isTrue();
    assertThat(questions.ask(question("a"))).isTrue();
    assertThat(sent).containsExactly("a", "b", "a");
    questions.answered("a", "yes");
    assertThat(patient.get().answer()).isEqualTo("yes");
  }

  @Test
  void anAnswerServesNoCallerWhoComesLater() throws Exception {
    Questions<String, String> questions = questions(PACED);
    assertThat(questions.ask(question("a"))).isTrue();
    questions.answered("a", "void by now");
    Future<Reply<String>> later = caller(questions, question("a"), LONG);
    await().until(() -> questions.count() == 1);
    Thread.sleep(SHORT);
    assertThat(later.isDone()).isFalse();
    assertThat(sent).as("paced").containsExactly("a");
    await()
        .until(
            () -> {
              questions.answered("a", "new");
              return later.isDone();
            });
    assertThat(later.get().answer()).isEqualTo("new");
  }

  @Test
  void anAnswerThatCameBeforeTheQuestionWasNotedIsFoundAndNothingIsSent() throws Exception {
    Questions<String, String> questions = questions(PLAIN);
    known.set("yes");
    assertThat(questions.await(question("a"), known::get, LONG).answer()).isEqualTo("yes");
    assertThat(sent).isEmpty();
    assertThat(questions.count()).isZero();
  }

  @Test
  void anAnswerThatWasNoneToTheQuestionIsFoundAtTheEnd() throws Exception {
    Questions<String, String> questions = questions(PLAIN);
    Future<Reply<String>> caller = caller(questions, question("a"), Duration.ofMillis(500));
    await().until(() -> sent.size() == 1);
    known.set("late");
    assertThat(caller.get().answer()).isEqualTo("late");
  }

  @Test
  void oneInFlightThatEndsTooSoonForACallerIsSentAgain() {
    Questions<String, String> questions = questions(PLAIN);
    assertThat(questions.ask(question("a"))).isTrue();
    ahead.addAndGet(LIFE.toNanos() / 2 + 1);
    assertThat(questions.ask(question("a"))).isTrue();
    assertThat(sent).hasSize(1);
    assertThat(questions.ask(question("a", "a", LIFE.dividedBy(2)))).isTrue();
    assertThat(sent).hasSize(2);
  }

  @Test
  void aSilentPartnerMakesNoOtherCallerWaitUntilItIsHeard() throws Exception {
    Questions<String, String> questions = questions(ENDING);
    Question<String> one = question("a@p", "p", Duration.ZERO);
    Question<String> other = question("b@p", "p", Duration.ZERO);
    assertMissing(questions.await(one, known::get, SHORT.dividedBy(2)), Missing.LATE);
    assertMissing(questions.await(one, known::get, SHORT), Missing.LATE);
    assertMissing(questions.await(other, known::get, LONG), Missing.SILENT_PARTNER);
    assertThat(sent).as("sent all the same").hasSize(2);
    questions.heard("p");
    Future<Reply<String>> caller = caller(questions, other, LONG);
    await()
        .until(
            () -> {
              questions.answered("b@p", "yes");
              return caller.isDone();
            });
    assertThat(caller.get().answer()).isEqualTo("yes");
  }

  @Test
  void aCallerWaitsNoLongerThanAQuestionThatEndsIt() throws Exception {
    Questions<String, String> questions = questions(ENDING);
    assertThat(questions.ask(question("a"))).isTrue();
    ahead.addAndGet(LIFE.minusMillis(50).toNanos());
    assertMissing(questions.await(question("a"), known::get, LONG), Missing.LATE);
  }

  @Test
  void oneThatCouldNotBeSentIsSentAgain() throws Exception {
    failure = new IllegalStateException("no Kafka");
    Questions<String, String> ending = questions(ENDING);
    assertMissing(ending.await(question("a"), known::get, LONG), Missing.NOT_SENT);
    assertThat(ending.count()).isZero();
    Questions<String, String> plain = questions(PLAIN);
    assertMissing(plain.await(question("a"), known::get, SHORT), Missing.LATE);
    failure = null;
    assertThat(plain.ask(question("a"))).isTrue();
    assertThat(sent).hasSize(3);
  }

  @Test
  void onePartnerDoesNotTakeThePlacesOfOthersAndAllAreBounded() throws Exception {
    Questions<String, String> questions = questions(PLAIN);
    for (int i = 0; i < 1_000; i++) {
      var unused = questions.ask(question("r" + i, "victim", Duration.ZERO));
    }
    assertThat(questions.count()).isEqualTo(PLAIN.mostOfPartner());
    for (int i = 0; i < 1_000; i++) {
      var unused = questions.ask(question("s" + i));
    }
    assertThat(questions.count()).isEqualTo(PLAIN.most());
    assertThat(questions.ask(question("t"))).isFalse();
    assertMissing(questions.await(question("t"), known::get, LONG), Missing.TOO_MANY);
    ahead.addAndGet(LIFE.toNanos());
    assertThat(questions.ask(question("r", "victim", Duration.ZERO))).isTrue();
    assertThat(questions.count()).isEqualTo(1);
  }

  @Test
  void ofPacedOnesTheOldestGivesWayUnlessACallerWaits() throws Exception {
    Questions<String, String> questions = questions(PACED);
    for (int i = 0; i < 1_000; i++) {
      assertThat(questions.ask(question("r" + i))).isTrue();
    }
    assertThat(questions.count()).isEqualTo(PACED.most());
    assertThat(questions.isOpen("r999")).isTrue();
    assertThat(questions.isOpen("r0")).isFalse();
  }
}
