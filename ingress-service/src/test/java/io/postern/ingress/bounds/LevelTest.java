package io.postern.ingress.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LevelTest {
  private static final Source ONE = source(1);
  private static final Source OTHER = source(2);

  private long now = 1;
  private final Level<Source> questions = new Level<>(SourceBound.MISSING_RECIPIENTS, 3, () -> now);
  private final Level<Source> sessions = new Level<>(SourceBound.FRUITLESS_SESSIONS, () -> now);
  private final int free = SourceBound.FRUITLESS_SESSIONS.most();

  private static Source source(int number) {
    return Source.of(
        InetAddress.ofLiteral(
            "10.%d.%d.%d".formatted(number >> 16, number >> 8 & 0xff, number & 0xff)));
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void end(Source source, int times) {
    for (int i = 0; i < times; i++) {
      sessions.add(source, 1);
    }
  }

  @Test
  void an_owner_has_so_many_at_once_and_gets_them_back_evenly_and_others_have_theirs() {
    for (int i = 0; i < 3; i++) {
      assertThat(questions.take(ONE, 1)).isTrue();
    }
    assertThat(questions.take(ONE, 1)).isFalse();
    assertThat(questions.taken(ONE)).isEqualTo(3);
    assertThat(questions.take(OTHER, 1)).isTrue();
    questions.giveBack(ONE, 1);
    assertThat(questions.take(ONE, 1)).isTrue();
    assertThat(questions.take(ONE, 1)).isFalse();
    pass(Duration.ofSeconds(20));
    assertThat(questions.take(ONE, 1)).isTrue();
    assertThat(questions.take(ONE, 1)).isFalse();
    pass(Duration.ofMinutes(1));
    assertThat(questions.take(ONE, 3)).isTrue();
    assertThat(questions.take(ONE, 1)).isFalse();
  }

  @Test
  void what_is_given_back_late_makes_no_credit() {
    questions.giveBack(ONE, 1);
    assertThat(questions.take(ONE, 1)).isTrue();
    questions.giveBack(ONE, 2);
    assertThat(questions.take(ONE, 3)).isTrue();
    assertThat(questions.take(ONE, 1)).isFalse();
  }

  @Test
  void what_happens_anyway_is_counted_beyond_the_most_and_others_notice_nothing() {
    end(ONE, free);
    assertThat(sessions.beyond(ONE)).isFalse();
    end(ONE, 1);
    assertThat(sessions.beyond(ONE)).isTrue();
    assertThat(sessions.beyond(OTHER)).isFalse();
  }

  @Test
  void one_a_second_is_free_for_ever() {
    for (int i = 0; i < 10 * free; i++) {
      end(OTHER, 1);
      assertThat(sessions.beyond(OTHER)).isFalse();
      pass(Duration.ofSeconds(1));
    }
  }

  @Test
  void a_flood_is_forgotten_within_a_minute_however_long_it_was() {
    end(ONE, 1_000_000);
    assertThat(sessions.beyond(ONE)).isTrue();
    pass(Duration.ofSeconds(free));
    assertThat(sessions.beyond(ONE)).isFalse();
  }

  @Test
  void the_owner_seen_longest_ago_is_forgotten() {
    end(ONE, 2 * free);
    for (int i = 0; i < SourceBound.FRUITLESS_SESSIONS.remembered(); i++) {
      end(source(1_000 + i), 1);
    }
    assertThat(sessions.beyond(ONE)).isFalse();
  }

  /** The bound of content: one GiB in an hour, to the byte. */
  @Test
  void large_amounts_are_counted_to_the_byte() {
    Level<Source> bytes = new Level<>(SourceBound.UNACCEPTED, 1 << 30, () -> now);
    for (int i = 0; i < 1_024; i++) {
      bytes.add(ONE, (1 << 20) - 1);
    }
    assertThat(bytes.taken(ONE)).isEqualTo((1 << 30) - 1_024);
    assertThat(bytes.beyond(ONE)).isFalse();
    bytes.add(ONE, 1_024);
    bytes.add(ONE, 1);
    assertThat(bytes.beyond(ONE)).isTrue();
  }
}
