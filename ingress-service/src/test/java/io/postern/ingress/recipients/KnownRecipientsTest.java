package io.postern.ingress.recipients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.recipients.RecipientQuestions.Answer;
import io.postern.ingress.recipients.RecipientQuestions.Existence;
import io.postern.ingress.recipients.RecipientQuestions.Mailbox;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownRecipientsTest {
  private static final AnswerTimes TIMES =
      new AnswerTimes(
          Duration.ofHours(24), Duration.ofHours(4), Duration.ofMinutes(5), Duration.ofSeconds(5));
  private static final Answer EXISTS = new Answer(Existence.EXISTS, "");
  private static final Answer MISSING = new Answer(Existence.MISSING, "550");
  private static final Answer UNKNOWN = Answer.unknown("why");
  private static final Mailbox ANN = new Mailbox("ann@a.example", "a.example", 7);

  private final AtomicLong clock = new AtomicLong(-5);
  private final KnownRecipients known = new KnownRecipients(1 << 20, TIMES, clock::get);

  private @Nullable Existence existence(Mailbox mailbox) {
    KnownRecipients.Known there = known.get(mailbox);
    return there == null ? null : there.existence();
  }

  @ParameterizedTest
  @CsvSource({"EXISTS, PT24H", "MISSING, PT5M", "UNKNOWN, PT5S"})
  void anAnswerHoldsForItsTime(Existence existence, Duration holds) {
    known.put(ANN.address(), new Answer(existence, ""), 7, 1_000);
    clock.addAndGet(holds.toNanos() - 1_001);
    assertThat(existence(ANN)).isEqualTo(existence);
    clock.addAndGet(1);
    assertThat(existence(ANN)).isNull();
  }

  @Test
  void anAnswerThatHasComeOfAgeIsDueAgainAndStillHolds() {
    known.put(ANN.address(), EXISTS, 7, 0);
    clock.addAndGet(Duration.ofHours(4).toNanos() - 1);
    assertThat(known.dueAgain(requireNonNull(known.get(ANN)))).isFalse();
    clock.addAndGet(1);
    assertThat(known.dueAgain(requireNonNull(known.get(ANN)))).isTrue();
    known.put(ANN.address(), UNKNOWN, 7, 0); // the route is away: what it said stays
    assertThat(existence(ANN)).isEqualTo(Existence.EXISTS);
    known.put(ANN.address(), EXISTS, 7, 0);
    assertThat(known.dueAgain(requireNonNull(known.get(ANN)))).isFalse();
  }

  @Test
  void theLaterAnswerCounts() {
    known.put(ANN.address(), EXISTS, 7, 0);
    known.put(ANN.address(), MISSING, 7, 0); // its mailbox was removed
    assertThat(existence(ANN)).isEqualTo(Existence.MISSING);
    known.put(ANN.address(), UNKNOWN, 7, 0);
    assertThat(existence(ANN)).isEqualTo(Existence.MISSING);
    known.put(ANN.address(), EXISTS, 7, 0);
    assertThat(existence(ANN)).isEqualTo(Existence.EXISTS);
  }

  @Test
  void aChangeOfTheRouteVoidsWhatItSaidOfMissingMailboxes() {
    Mailbox changed = new Mailbox(ANN.address(), ANN.domain(), 8);
    known.put(ANN.address(), MISSING, 7, 0);
    assertThat(existence(changed)).isNull();
    known.put(ANN.address(), EXISTS, 7, 0);
    assertThat(existence(changed)).isEqualTo(Existence.EXISTS);
  }

  /** A stranger's addresses push out each other, and no mailbox. */
  @Test
  void inventedAddressesTakeNoMailboxesPlace() {
    for (int i = 0; i < 1_000; i++) {
      known.put("u" + i + "@a.example", EXISTS, 7, 0);
    }
    for (int i = 0; i < 1_000_000; i++) {
      known.put("r" + i + "@a.example", i % 2 == 0 ? MISSING : UNKNOWN, 7, 0);
    }
    assertThat(known.count()).isLessThan(1_000 + (1 << 18) / 220 + 1);
    for (int i = 0; i < 1_000; i++) {
      assertThat(existence(new Mailbox("u" + i + "@a.example", "a.example", 7)))
          .isEqualTo(Existence.EXISTS);
    }
  }
}
