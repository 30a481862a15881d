package io.postern.certificate.staples;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.OcspStaple;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StapleTimesTest {
  private static final Instant T = Instant.parse("2026-11-27T10:00:00Z");
  private static final Duration LIFE = Duration.ofDays(4);
  private static final Optional<OcspStaple> ANSWER =
      Optional.of(
          OcspStaple.newBuilder()
              .setThisUpdateMillis(T.toEpochMilli())
              .setNextUpdateMillis(T.plus(LIFE).toEpochMilli())
              .build());

  @Test
  void anAnswerIsRenewedWithinTheTenthBehindHalfOfItsLifeEachReplicaAtItsTime() {
    for (int replica = 0; replica < 50; replica++) {
      StapleTimes times = new StapleTimes(new Random(replica));
      assertThat(times.due("a", ANSWER, T.plus(LIFE.dividedBy(2)).minusMillis(1))).isFalse();
      assertThat(times.due("a", ANSWER, T.plus(LIFE.multipliedBy(6).dividedBy(10)))).isTrue();
    }
  }

  @Test
  void whatThereIsNoneOfIsAskedForAtOnceAndAfterFailuresEverLater() {
    StapleTimes times = new StapleTimes(new Random(1));
    Instant now = T;
    long[] minutes = {1, 2, 4, 8, 16, 32, 60, 60};
    for (int i = 0; i < minutes.length; i++) {
      assertThat(times.due("a", Optional.empty(), now)).isTrue();
      assertThat(times.failed("a", now)).isEqualTo(i + 1);
      Duration longest = Duration.ofMinutes(minutes[i]);
      Duration least = longest.multipliedBy(3).dividedBy(4); // replicas do not ask together
      assertThat(times.due("a", Optional.empty(), now.plus(least).minusMillis(1))).isFalse();
      now = now.plus(longest);
    }
    assertThat(times.due("b", Optional.empty(), T)).as("another certificate").isTrue();
    times.retain(Set.of());
    assertThat(times.due("a", Optional.empty(), T)).as("a forgotten one").isTrue();
  }

  @Test
  void anAnswerThatDoesNotArriveInTheLogIsAskedForAgain() {
    StapleTimes times = new StapleTimes(new Random(1));
    times.fetched("a", T);
    assertThat(times.due("a", Optional.empty(), T.plusSeconds(59))).isFalse();
    assertThat(times.due("a", Optional.empty(), T.plusSeconds(60))).isTrue();
  }
}
