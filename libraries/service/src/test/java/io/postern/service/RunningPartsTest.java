package io.postern.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunningPartsTest {
  private final List<String> ended = new ArrayList<>();
  private final RunningParts parts = new RunningParts();

  private void add(String name) {
    AutoCloseable unused = parts.add(() -> ended.add(name));
  }

  @Test
  void theLastOneEndsFirstAndOneThatFailsHoldsUpNone() {
    add("first");
    AutoCloseable unused =
        parts.add(
            () -> {
              throw new IllegalStateException("it does not close");
            });
    add("last");
    parts.close();
    assertThat(ended).containsExactly("last", "first");
  }

  /** The log came while the service was ended: the reader that it began would run on. */
  @Test
  void aPartThatComesAfterTheEndIsEndedAtOnce() {
    parts.close();
    add("late");
    assertThat(ended).containsExactly("late");
  }
}
