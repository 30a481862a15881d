package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.policy.tlsrpt.ReporterModel.Mutation;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each day has one committed report, and the schedules would find a reporter that errs. */
class ReporterModelTest {
  private static final int SCHEDULES = 5_000;

  @Test
  void eachDayHasOneReportWhateverHappensToItsOwners() {
    Set<Long> wrong = new TreeSet<>();
    for (long seed = 0; seed < SCHEDULES; seed++) {
      if (!new ReporterModel(seed, Mutation.NONE).isRight()) {
        wrong.add(seed);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void theSchedulesFindEachMistake(Mutation mistake) {
    boolean found = false;
    for (long seed = 0; seed < SCHEDULES && !found; seed++) {
      found = !new ReporterModel(seed, mistake).isRight();
    }
    assertThat(found).isTrue();
  }
}
