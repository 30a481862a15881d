package io.postern.ingress.rates;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.bounds.Levels;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Token buckets with a held clock. */
class RatesTest {
  private static final Counted SERVER = connector("From our own server");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private long now = Long.MAX_VALUE - 1_000; // nanoTime may begin anywhere, and overflow
  private final Rates rates = new Rates(registry, () -> now);

  private static Counted connector(String name) {
    return Counted.of(SourceBound.CONNECTOR_MESSAGES, "contoso", name);
  }

  private static Counted network(int number) {
    return Counted.of(
        Source.neighbours(
            InetAddress.ofLiteral("10.%d.%d.1".formatted(number >> 8 & 0xff, number & 0xff))));
  }

  private boolean take(Counted of, int perMinute) {
    return rates.take(List.of(new Rate(of, perMinute))) == null;
  }

  private int takeAll(Counted of, int perMinute) {
    int taken = 0;
    while (take(of, perMinute)) {
      taken++;
    }
    return taken;
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 60, 1_000, 99_991})
  void after_a_quiet_minute_all_at_once_and_then_one_at_a_time(int perMinute) {
    assertThat(takeAll(SERVER, perMinute)).isEqualTo(perMinute);
    long rounded = Rate.MINUTE_NANOS % perMinute;
    pass(Duration.ofNanos(Rate.MINUTE_NANOS / perMinute - rounded - 1));
    assertThat(take(SERVER, perMinute)).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(takeAll(SERVER, perMinute)).isEqualTo(1);
    pass(Duration.ofMinutes(3));
    assertThat(takeAll(SERVER, perMinute)).isEqualTo(perMinute);
  }

  @Test
  void tries_that_are_refused_take_nothing() {
    takeAll(SERVER, 60);
    for (int i = 0; i < 100_000; i++) {
      assertThat(take(SERVER, 60)).isFalse();
    }
    pass(Duration.ofSeconds(1));
    assertThat(take(SERVER, 60)).isTrue();
  }

  @Test
  void all_are_taken_or_none() {
    Counted other = connector("From Fabrikam");
    takeAll(other, 1);
    Rate first = new Rate(SERVER, 1);
    Rate second = new Rate(other, 1);
    assertThat(rates.take(List.of(first, second))).isEqualTo(second);
    assertThat(rates.take(List.of(second, first))).isEqualTo(second);
    assertThat(take(SERVER, 1)).isTrue();
  }

  @Test
  void a_new_number_counts_for_the_next_message_and_an_old_one_is_forgotten_in_a_minute() {
    takeAll(SERVER, 1_000);
    assertThat(take(SERVER, 1)).isFalse();
    pass(Duration.ofMinutes(1));
    assertThat(takeAll(SERVER, 1)).isEqualTo(1);
    pass(Duration.ofMillis(60));
    assertThat(take(SERVER, 1_000)).isTrue(); // from 1 to 1,000: the next one soon
  }

  @Test
  void what_is_given_back_can_be_taken_once_more() {
    takeAll(SERVER, 60);
    rates.giveBack(SERVER, new Rate(SERVER, 60).nanos());
    assertThat(takeAll(SERVER, 60)).isEqualTo(1);
    pass(Duration.ofMinutes(1));
    rates.giveBack(SERVER, new Rate(SERVER, 60).nanos()); // it is full already
    assertThat(takeAll(SERVER, 60)).isEqualTo(60);
  }

  /** Whatever is taken, given back, waited for: no more than the bucket and what came into it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void never_more_than_a_minutes_number_and_what_the_time_brought(long seed) {
    Random random = new Random(seed);
    int perMinute = 1 + random.nextInt(500);
    Deque<Long> underWay = new ArrayDeque<>();
    long began = now;
    long accepted = 0;
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(4)) {
        case 0 -> now += random.nextLong(Rate.MINUTE_NANOS / perMinute * 2);
        case 1, 2 -> {
          if (take(SERVER, perMinute)) {
            underWay.add(new Rate(SERVER, perMinute).nanos());
          }
        }
        default -> {
          Long one = underWay.poll();
          if (one != null && random.nextBoolean()) {
            accepted++;
          } else if (one != null) {
            rates.giveBack(SERVER, one);
          }
        }
      }
      long brought = (now - began) / (Rate.MINUTE_NANOS / perMinute);
      assertThat(accepted + underWay.size()).isLessThanOrEqualTo(perMinute + brought + 1);
    }
    assertThat(accepted).isPositive();
  }

  @Test
  void others_have_their_own() {
    takeAll(SERVER, 60);
    assertThat(take(connector("from our own server"), 60)).isTrue();
    assertThat(take(Counted.of(SourceBound.CONNECTOR_MESSAGES, "fabrikam", SERVER.connector()), 60))
        .isTrue();
    assertThat(
            take(Counted.of(SourceBound.CONNECTOR_RECIPIENTS, "contoso", SERVER.connector()), 60))
        .isTrue();
  }

  @Test
  void the_network_seen_longest_ago_is_forgotten_and_connectors_are_not() {
    takeAll(SERVER, 60);
    takeAll(network(0), 60);
    takeAll(network(1), 60);
    for (int i = 0; i < SourceBound.NETWORK_MESSAGES.remembered() - 1; i++) {
      assertThat(take(network(1), 60)).isFalse(); // it is seen all the time
      take(network(1_000 + i), 60);
    }
    assertThat(take(network(1), 60)).isFalse();
    assertThat(takeAll(network(0), 60)).isEqualTo(60);
    assertThat(take(SERVER, 60)).isFalse();
  }

  @Test
  void a_full_bucket_takes_no_memory() {
    Levels<Counted> levels = new Levels<>(10, () -> now);
    levels.change(SERVER, 10);
    assertThat(levels.keys()).isEqualTo(1);
    levels.change(SERVER, -10);
    assertThat(levels.keys()).isZero();
    levels.change(SERVER, 10);
    now += 10;
    assertThat(levels.level(SERVER)).isZero();
    assertThat(levels.keys()).isZero();
  }

  @Test
  void sessions_on_all_processors_take_no_more_than_one_alone() throws Exception {
    int[] taken = new int[8];
    Thread[] threads = new Thread[taken.length];
    for (int i = 0; i < threads.length; i++) {
      int mine = i;
      threads[i] = Thread.ofPlatform().start(() -> taken[mine] = takeAll(SERVER, 100_000));
    }
    int all = 0;
    for (int i = 0; i < threads.length; i++) {
      threads[i].join();
      all += taken[i];
    }
    assertThat(all).isEqualTo(100_000);
  }

  @Test
  void the_metric_names_the_rate_and_the_first_200_connectors() {
    for (int i = 0; i < 201; i++) {
      takeAll(connector("c" + i), 1);
    }
    takeAll(network(1), 1);
    assertThat(exceeded("connector-messages", "contoso/c199")).isEqualTo(1);
    assertThat(exceeded("connector-messages", "other")).isEqualTo(1);
    assertThat(exceeded("network-messages", "none")).isEqualTo(1);
  }

  private double exceeded(String rate, String connector) {
    return registry
        .get("postern.ingress.rates.exceeded")
        .tags("rate", rate, "connector", connector)
        .counter()
        .count();
  }
}
