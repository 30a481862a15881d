package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadingProgressTest {
  private final ReadingProgress progress = new ReadingProgress();

  @Test
  void withoutAnAnswerNothingIsKnown() {
    progress.read(1_000);
    assertThat(progress.readUntil()).isLessThan(0);
  }

  @Test
  void whatTheLogHadWhenItWasAskedMustBeRead() {
    progress.end(5_000, 10);
    progress.read(9);
    assertThat(progress.readUntil()).isLessThan(5_000);
    progress.read(10);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(5_000);
    assertThat(progress.readUntil()).isLessThan(5_001);
  }

  @Test
  void anEmptyLogIsReadAtOnce() {
    progress.read(0);
    progress.end(7, 0);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(7);
  }

  @Test
  void aReaderThatFallsBehindKnowsUntilWhen() {
    progress.read(0);
    for (int i = 1; i <= 5; i++) {
      progress.end(i * 100L, i * 10L);
    }
    progress.read(29);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(200);
    assertThat(progress.readUntil()).isLessThan(300);
  }

  /** Else reading before the clock was set back would end a watch that began after. */
  @Test
  void aClockThatIsSetBackBeginsAnew() {
    progress.read(10);
    progress.end(9_000, 10);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(5_000);
    progress.end(4_000, 20);
    assertThat(progress.readUntil()).isLessThan(3_000);
    progress.read(20);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(4_000);
    assertThat(progress.readUntil()).isLessThan(5_000);
  }

  @Test
  void aClockThatIsBehindWhatWasReadWasSetBack() {
    progress.read(10);
    progress.end(9_000, 10);
    progress.end(9_500, 20); // not read
    assertThat(progress.until(9_600)).isEqualTo(9_000);
    assertThat(progress.until(8_000)).isEqualTo(Long.MIN_VALUE);
    progress.read(20);
    assertThat(progress.until(9_600)).isEqualTo(Long.MIN_VALUE);
    progress.end(9_700, 20);
    assertThat(progress.until(9_800)).isEqualTo(9_700);
  }

  @Test
  void answersAreBoundedAndTheOldestAndTheNewestAreKept() {
    progress.read(0);
    for (int i = 1; i <= 10_000; i++) {
      progress.end(i, i);
    }
    progress.read(1);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(1);
    progress.read(10_000);
    assertThat(progress.readUntil()).isGreaterThanOrEqualTo(10_000);
  }
}
