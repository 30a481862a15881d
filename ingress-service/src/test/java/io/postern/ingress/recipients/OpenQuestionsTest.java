package io.postern.ingress.recipients;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.recipients.RecipientQuestions.Answer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OpenQuestionsTest {
  private static final long LIFE = 1_000;
  private final AtomicLong clock = new AtomicLong();
  private final OpenQuestions open = new OpenQuestions(LIFE, clock::get);

  @Test
  void anAddressIsInFlightOnceUntilItsAnswer() {
    OpenQuestions.Entry first = requireNonNull(open.enter("ann@a.example", "a.example"));
    OpenQuestions.Entry second = requireNonNull(open.enter("ann@a.example", "a.example"));
    assertThat(first.fresh()).isTrue();
    assertThat(second.fresh()).isFalse();
    assertThat(second.open()).isSameAs(first.open());
    open.answered("ann@a.example", Answer.unknown("why"));
    assertThat(first.open().answer).isCompletedWithValue(Answer.unknown("why"));
    assertThat(requireNonNull(open.enter("ann@a.example", "a.example")).fresh()).isTrue();
  }

  @Test
  void oneWithoutAnAnswerIsAskedAgainAfterItsLife() {
    assertThat(requireNonNull(open.enter("ann@a.example", "a.example")).fresh()).isTrue();
    clock.addAndGet(LIFE - 1);
    assertThat(requireNonNull(open.enter("ann@a.example", "a.example")).fresh()).isFalse();
    clock.addAndGet(1);
    assertThat(requireNonNull(open.enter("ann@a.example", "a.example")).fresh()).isTrue();
    assertThat(open.count()).isEqualTo(1);
  }

  @Test
  void oneDomainDoesNotTakeTheRoomOfOthersAndAllIsBounded() {
    for (int i = 0; i < 1_000_000; i++) {
      open.enter("r" + i + "@victim.example", "victim.example");
    }
    assertThat(open.count()).isEqualTo(OpenQuestions.MOST_OF_DOMAIN);
    assertThat(open.enter("ann@other.example", "other.example")).isNotNull();
    for (int d = 0; d < 20; d++) {
      for (int i = 0; i < 1_000; i++) {
        open.enter("r" + i + "@d" + d + ".example", "d" + d + ".example");
      }
    }
    assertThat(open.count()).isEqualTo(OpenQuestions.MOST);
    clock.addAndGet(LIFE);
    assertThat(open.enter("ann@victim.example", "victim.example")).isNotNull();
    assertThat(open.count()).isEqualTo(1);
  }
}
