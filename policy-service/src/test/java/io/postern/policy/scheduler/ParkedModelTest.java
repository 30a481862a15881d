package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Random days of mail that rests (docs/design/destinations.md, "Parked mail"). */
class ParkedModelTest {
  private static final int DAYS = 500;

  @TempDir Path folder = Path.of("");

  private void day(long seed, ParkedModel.Fault fault) {
    try {
      new ParkedModel(seed, fault, folder).run();
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }

  @Test
  void noMailIsLostSentWithLessOrLeftBehind() {
    for (long seed = 0; seed < DAYS; seed++) {
      day(seed, ParkedModel.Fault.NONE);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void eachFaultIsFound(ParkedModel.Fault fault) {
    Throwable found = null;
    for (long seed = 0; found == null && seed < DAYS; seed++) {
      long of = seed;
      found = catchThrowable(() -> day(of, fault));
    }
    assertThat(found).isInstanceOf(AssertionError.class);
    System.out.println(fault + ": " + found.getMessage());
  }
}
