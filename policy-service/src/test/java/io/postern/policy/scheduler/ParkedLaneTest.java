package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.QueueId;
import io.postern.contracts.v1.DueCause;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * More groups than may have a window, by random schedules: each is tried, however the others fare.
 */
class ParkedLaneTest {
  private static final long BEGIN = Duration.ofDays(20_000).toMillis();
  private static final int GROUPS = 5;

  private record Resting(EntryKey key, ScheduleEntry entry) {}

  private final ParkedIndex index = new ParkedIndex(Stores.inMemoryKeyValueStore("parked").get());
  private final ParkedLane lane = new ParkedLane(index, false, 2, 2);
  private final Map<Bytes, Resting> resting = new HashMap<>();
  private final Map<ParkedGroup, Long> since = new HashMap<>(); // tried last, or rests
  private int numbers;

  private void rests(int group, long notBefore, long now) {
    ScheduleEntry entry =
        ScheduleEntry.newBuilder()
            .setState(ScheduleState.WAITING)
            .setParked(true)
            .setCause(DueCause.DUE_RETRY)
            .setRoute("mx:" + (char) ('a' + group) + ".example")
            .setDueMillis(notBefore)
            .setOutcomeOffset(++numbers)
            .build();
    EntryKey key = new EntryKey(QueueId.of(0, BEGIN, numbers), 0);
    index.change(key, null, entry);
    resting.put(Objects.requireNonNull(ParkedIndex.pair(key, entry)).key, new Resting(key, entry));
    since.putIfAbsent(ParkedGroup.of(entry), now);
    lane.rests(ParkedGroup.of(entry), now);
  }

  private List<ParkedIndex.Head> taken(long now) {
    List<ParkedIndex.Head> heads = new ArrayList<>(lane.take(now, 50));
    for (ParkedIndex.Head head : heads) {
      Resting gone = Objects.requireNonNull(resting.remove(head.last()));
      index.change(gone.key(), gone.entry(), null);
      since.put(head.group(), now);
    }
    return heads;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void noGroupIsForgotten(int seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    for (long now = BEGIN; now < BEGIN + Duration.ofHours(12).toMillis(); now += 1_000) {
      if (random.nextInt(1_000) == 0) {
        rests(random.nextInt(GROUPS), now, now);
      }
      int windows = lane.groups();
      List<ParkedIndex.Head> taken = taken(now);
      if (lane.groups() > windows) { // mail comes while a walk goes on
        rests(random.nextInt(GROUPS), now, now);
      }
      for (ParkedIndex.Head head : taken) {
        boolean up = random.nextInt(8) == 0;
        if (!up) {
          rests(head.group().route().charAt(3) - 'a', now, now);
        }
        lane.ended(head.group(), up ? RouteSign.ANSWERED : RouteSign.REFUSED, now);
      }
      long at = now;
      since.keySet().removeIf(group -> index.head(group, null) == null);
      assertThat(since.values())
          .as("seed %d", seed)
          .noneMatch(last -> at - last > Duration.ofHours(2).toMillis());
    }
  }

  /** The walk had a probe left for the group before, and is to go on when there are more. */
  @Test
  void whoComesToRestWhileTheWalkHasNoProbeLeftIsNotForgotten() {
    assertThat(taken(BEGIN)).isEmpty();
    rests(1, BEGIN, BEGIN);
    rests(2, BEGIN, BEGIN);
    rests(3, BEGIN, BEGIN); // there are two windows
    List<String> routes = new ArrayList<>();
    for (int second = 37; second < 3_600 && !routes.contains("mx:a.example"); second++) {
      long now = BEGIN + second * 1_000L;
      if (second == 301) {
        assertThat(routes).endsWith("mx:b.example", "mx:d.example");
        rests(0, now, now);
      }
      for (ParkedIndex.Head head : taken(now)) {
        routes.add(head.group().route());
        boolean up = second >= 247 && second < 277; // c, which leaves its window
        if (!up) {
          rests(head.group().route().charAt(3) - 'a', now, now);
        }
        lane.ended(head.group(), up ? RouteSign.ANSWERED : RouteSign.REFUSED, now);
      }
    }
    assertThat(routes).contains("mx:a.example");
  }

  /** Of a clock that was ahead, or of a version that does not park. */
  @Test
  void aTimeThatIsFarKeepsNobodyFromGoing() {
    rests(0, BEGIN + Duration.ofHours(6).toMillis(), BEGIN);
    rests(0, BEGIN, BEGIN);
    int gone = 0;
    for (long now = BEGIN; now < BEGIN + Duration.ofMinutes(2).toMillis(); now += 1_000) {
      for (ParkedIndex.Head head : taken(now)) {
        gone++;
        lane.ended(head.group(), RouteSign.ANSWERED, now);
      }
    }
    assertThat(gone).isEqualTo(2);
  }
}
