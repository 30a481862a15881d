package io.postern.ingress.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SourceQuestionsTest {
  private static final Source ONE = Source.of(InetAddress.ofLiteral("192.0.2.1"));
  private static final Source OTHER = Source.of(InetAddress.ofLiteral("192.0.2.2"));
  private final AtomicLong clock = new AtomicLong();
  private final SourceQuestions questions = new SourceQuestions(3, clock::get);

  @Test
  void aSourceHasSoManyAMinuteAndOthersHaveTheirs() {
    for (int i = 0; i < 3; i++) {
      assertThat(questions.take(ONE)).isTrue();
    }
    assertThat(questions.take(ONE)).isFalse();
    assertThat(questions.take(OTHER)).isTrue();
    questions.giveBack(ONE);
    assertThat(questions.take(ONE)).isTrue();
    assertThat(questions.take(ONE)).isFalse();
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(questions.take(ONE)).isTrue();
  }

  @Test
  void whatIsGivenBackLateMakesNoCredit() {
    questions.giveBack(ONE);
    assertThat(questions.take(ONE)).isTrue();
    questions.giveBack(ONE);
    questions.giveBack(ONE);
    for (int i = 0; i < 3; i++) {
      assertThat(questions.take(ONE)).isTrue();
    }
    assertThat(questions.take(ONE)).isFalse();
  }
}
