package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FruitlessSessionsTest {
  private static final Source ATTACKER = source(1);
  private static final Source OTHER = source(2);

  private long now = 1;
  private final FruitlessSessions sessions = new FruitlessSessions(() -> now);

  private static Source source(int number) {
    return Source.of(
        InetAddress.ofLiteral(
            "10.%d.%d.%d".formatted(number >> 16, number >> 8 & 0xff, number & 0xff)));
  }

  private void end(Source source, int times) {
    for (int i = 0; i < times; i++) {
      sessions.add(source);
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void the_first_are_free_and_the_next_wait_while_others_do_not() {
    end(ATTACKER, FruitlessSessions.FREE);
    assertThat(sessions.pause(ATTACKER)).isZero();
    end(ATTACKER, 1);
    assertThat(sessions.pause(ATTACKER)).isEqualTo(FruitlessSessions.PAUSE);
    assertThat(sessions.pause(OTHER)).isZero();
  }

  @Test
  void one_a_second_is_free_for_ever() {
    for (int i = 0; i < 10 * FruitlessSessions.FREE; i++) {
      end(OTHER, 1);
      assertThat(sessions.pause(OTHER)).isZero();
      pass(Duration.ofSeconds(1));
    }
  }

  @Test
  void a_flood_is_forgotten_within_a_minute_however_long_it_was() {
    end(ATTACKER, 1_000_000);
    assertThat(sessions.pause(ATTACKER)).isEqualTo(FruitlessSessions.PAUSE);
    pass(Duration.ofSeconds(FruitlessSessions.FREE));
    assertThat(sessions.pause(ATTACKER)).isZero();
  }

  @Test
  void the_source_seen_longest_ago_is_forgotten() {
    end(ATTACKER, 2 * FruitlessSessions.FREE);
    for (int i = 0; i < FruitlessSessions.MOST; i++) {
      end(source(1_000 + i), 1);
    }
    assertThat(sessions.pause(ATTACKER)).isZero();
  }
}
