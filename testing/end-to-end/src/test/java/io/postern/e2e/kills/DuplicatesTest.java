package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.e2e.kills.Duplicates.Cause;
import io.postern.e2e.kills.Received.Taken;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which receipts G5 excuses, by what was killed or paused at 10,000 ms for 5,000 ms. */
class DuplicatesTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          # what, victim, harm, ms of: 354, content, dot, 250, cause
          nothing happened to its deliverer,            delivery-service-2, KILL,        9000,  9100,  9200,  9201,
          killed between the dot and the outcome,       delivery-service,   KILL,        9000,  9100,  9950,  9951, OUTCOME_LOST
          killed; the peer read content and dot later,  delivery-service,   KILL,        9900, 13000, 13000, 13001, OUTCOME_LOST
          killed; the content was asked for afterwards, delivery-service,   KILL,       16500, 16600, 16700, 16701,
          killed long after,                            delivery-service,   KILL,       -5000, -4000, -3000, -2999,
          paused between check and dot,                 delivery-service,   LONG_PAUSE,  9000,  9900, 15500, 15501, PAST_THE_CHECK
          paused; the peer read content and dot later,  delivery-service,   LONG_PAUSE,  9900, 12000, 12000, 12001, PAST_THE_CHECK
          paused; a part of the content was sent after, delivery-service,   LONG_PAUSE,  9900, 15500, 15600, 15601,
          paused; its dot came after every lease,       delivery-service,   LONG_PAUSE,  9000,  9900, 21500, 21501,
          the broker was killed before the outcome,     broker-1,           KILL,        9000,  9100,  9200,  9201, OUTCOME_LOST
          the broker was back for longer than a lease,  broker-1,           KILL,       21500, 21600, 21700, 21701,
          """)
  void excused(
      String what,
      String victim,
      Plan.Harm harm,
      long data,
      long content,
      long dot,
      long taken,
      @Nullable Cause cause) {
    Disruptions disruptions = new Disruptions();
    disruptions.add(new Disruptions.Disruption(victim, harm, nanos(10_000), nanos(15_000)));
    Duplicates duplicates = new Duplicates(disruptions, Profile.SHORT);
    // The last of several is the one that counts, and nothing excuses it.
    List<Taken> receipts =
        List.of(
            receipt("gate-1.kills.example", data, content, dot, taken),
            receipt("gate-3.kills.example", 90_000, 90_000, 90_000, 90_000));
    assertThat(duplicates.explained(receipts)).as(what).isEqualTo(cause != null);
    for (Cause each : Cause.values()) {
      assertThat(duplicates.count(each)).as(each.words()).isEqualTo(each == cause ? 1 : 0);
    }
  }

  private static Taken receipt(String client, long data, long content, long dot, long taken) {
    return new Taken("id", client, nanos(data), nanos(content), nanos(dot), nanos(taken), true);
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
