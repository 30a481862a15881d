package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ScheduleEntry;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedule of docs/design/architecture.md, "Time". */
class ScheduleTimesTest {
  private static final ScheduleTimes TIMES = ScheduleTimes.DEFAULT;

  @ParameterizedTest
  @CsvSource({
    "connect-failed, 1, PT1M",
    "connect-failed, 2, PT5M",
    "remote-4xx, 3, PT15M",
    "remote-4xx, 4, PT30M",
    "timeout, 5, PT1H",
    "timeout, 6, PT1H",
    "timeout, 40, PT1H",
    "timeout, 0, PT1M",
    "dane-unusable, 1, PT15M",
    "dane-bogus, 2, PT15M",
    "dane-bogus, 3, PT1H",
    "dane-bogus, 9, PT1H",
  })
  void intervalsAfterEachTry(String reason, int tries, Duration interval) {
    for (int i = 0; i < 200; i++) {
      assertThat(untilNext(QueueId.next(0), attempt(i).setTries(tries), reason))
          .isBetween(interval.toMillis() * 9 / 10, interval.toMillis() * 11 / 10);
    }
  }

  private static long untilNext(QueueId queueId, ScheduleEntry.Builder entry, String reason) {
    return TIMES.untilNextMillis(queueId, entry, reason);
  }

  private static ScheduleEntry.Builder attempt(int number) {
    return ScheduleEntry.newBuilder().setAttempt(number);
  }

  @Test
  void theSpreadUsesItsWholeWidthAndIsAFunctionOfIdAndAttempt() {
    long[] times =
        IntStream.range(0, 2000)
            .mapToLong(i -> untilNext(QueueId.next(i % 48), attempt(1).setTries(1), "timeout"))
            .toArray();
    assertThat(IntStream.range(0, 2000).filter(i -> times[i] < 57_000).count())
        .isBetween(400L, 600L);
    assertThat(IntStream.range(0, 2000).filter(i -> times[i] > 63_000).count())
        .isBetween(400L, 600L);
    QueueId one = QueueId.next(3);
    assertThat(untilNext(one, attempt(2).setTries(2), "timeout"))
        .isEqualTo(untilNext(one, attempt(2).setTries(2), "remote-4xx"));
    assertThat(
            IntStream.range(1, 30)
                .mapToObj(attempt -> untilNext(one, attempt(attempt).setTries(9), ""))
                .distinct()
                .count())
        .isGreaterThan(20);
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 15", "3, 30", "4, 30", "1000, 30"})
  void handBacksInARow(int inARow, int seconds) {
    assertThat(TIMES.handBackMillis(inARow)).isEqualTo(seconds * 1000L);
  }

  @Test
  void aWrongSettingIsNamedWithItsCure() {
    List<Duration> fine = List.of(Duration.ofMinutes(1));
    Duration hour = Duration.ofHours(1);
    assertThatThrownBy(() -> new ScheduleTimes(List.of(), fine, hour, hour, hour))
        .hasMessageContaining("postern.schedule.intervals");
    assertThatThrownBy(() -> new ScheduleTimes(fine, List.of(Duration.ZERO), hour, hour, hour))
        .hasMessageContaining("postern.schedule.dane-intervals");
    assertThatThrownBy(() -> new ScheduleTimes(fine, fine, hour, Duration.ofDays(15), hour))
        .hasMessageContaining("postern.schedule.hold-limit")
        .hasMessageContaining("14d");
    // 60 s, in which the owner may still end the message, and a margin
    assertThatThrownBy(
            () -> new ScheduleTimes(fine, fine, hour, hour, Duration.ofSeconds(75).minusMillis(1)))
        .hasMessageContaining("postern.schedule.watch")
        .hasMessageContaining("75s");
    assertThat(new ScheduleTimes(fine, fine, hour, hour, Duration.ofSeconds(75)).watch())
        .hasSeconds(75);
  }
}
