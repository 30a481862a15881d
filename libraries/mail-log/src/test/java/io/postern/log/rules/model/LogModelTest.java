package io.postern.log.rules.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to the log's writers and readers, no message is lost, doubled or weakened. */
class LogModelTest {
  private static final int SCHEDULES = 10_000;
  private static final int SEARCH = 20_000;

  @Test
  void noScheduleLosesDoublesOrWeakens() {
    TreeMap<String, Long> counts = new TreeMap<>();
    for (long seed = 1; seed <= SCHEDULES; seed++) {
      World world = new World(seed, Set.of(), false);
      String violation = world.run();
      assertThat(violation).as("schedule %d", seed).isNull();
      world.counts.forEach((event, count) -> counts.merge(event, count, Long::sum));
    }
    assertThat(counts)
        .as("a model in which little happens shows nothing")
        .containsKeys("growth", "crash", "clock set", "scheduler moved")
        .satisfies(
            c -> {
              assertThat(c.get("growth broken off")).isGreaterThan(500);
              assertThat(c.get("accepted in growth")).isGreaterThan(200);
              assertThat(c.get("accepted after growth")).isGreaterThan(500);
              assertThat(c.get("late write")).isGreaterThan(2_000);
              assertThat(c.get("failed send")).isGreaterThan(10_000);
              assertThat(c.get("decision GAP")).isGreaterThan(100);
              assertThat(c.get("decision REPLAY")).isGreaterThan(10_000);
              assertThat(c.get("outcome LATE")).isGreaterThan(1_000);
              assertThat(c.get("outcome SKIPPED")).isGreaterThan(10_000);
              assertThat(c.get("duplicates")).isGreaterThan(100);
              assertThat(c.get("next host")).isGreaterThan(1_000);
              assertThat(c.get("next host after a dot")).isGreaterThan(1_000);
              assertThat(c.get("end DELIVERED")).isGreaterThan(20_000);
              assertThat(c.get("end FAILED")).isGreaterThan(5_000);
            });
  }

  @ParameterizedTest
  @EnumSource
  void eachBrokenRuleIsFound(Mutation mutation) {
    String violation = null;
    for (int i = 0; i < SEARCH && violation == null; i++) {
      violation = new World(mutation.seed + i, EnumSet.of(mutation), false).run();
    }
    assertThat(violation).as("%s within %d schedules", mutation, SEARCH).isNotNull();
  }
}
