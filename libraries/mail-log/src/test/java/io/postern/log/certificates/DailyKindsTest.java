package io.postern.log.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.log.certificates.DailyKinds.Room;
import org.junit.jupiter.api.Test;

class DailyKindsTest {
  private static final long NOON = 43_200_000;
  private static final long TOMORROW = NOON + 86_400_000;

  private final DailyKinds today = new DailyKinds(3, 2);

  @Test
  void whatIsKnownIsNotDroppedWhenTheDayIsFull() {
    assertThat(today.add("a", "1", NOON)).isEqualTo(Room.NEW);
    assertThat(today.add("a", "2", NOON)).isEqualTo(Room.NEW);
    assertThat(today.add("a", "3", NOON)).isEqualTo(Room.FULL);
    assertThat(today.add("b", "1", NOON)).isEqualTo(Room.NEW);
    assertThat(today.add("b", "2", NOON)).isEqualTo(Room.FULL);
    assertThat(today.add("a", "1", NOON)).isEqualTo(Room.KNOWN);
    assertThat(today.add("b", "1", NOON)).isEqualTo(Room.KNOWN);
  }

  @Test
  void whatIsForgottenMakesRoom() {
    today.add("a", "1", NOON);
    today.add("a", "2", NOON);
    today.forget("a", "1");
    today.forget("a", "1");
    today.forget("never", "1");
    assertThat(today.add("a", "3", NOON)).isEqualTo(Room.NEW);
    assertThat(today.add("b", "1", NOON)).isEqualTo(Room.NEW);
    assertThat(today.add("b", "2", NOON)).isEqualTo(Room.FULL);
  }

  @Test
  void anotherDayBeginsEmpty() {
    today.add("a", "1", NOON);
    today.add("a", "2", NOON);
    today.add("b", "1", NOON);
    assertThat(today.add("a", "1", TOMORROW)).isEqualTo(Room.NEW);
    assertThat(today.add("a", "3", TOMORROW)).isEqualTo(Room.NEW);
  }
}
