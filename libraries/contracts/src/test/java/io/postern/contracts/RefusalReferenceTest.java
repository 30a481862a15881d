package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalReferenceTest {
  @Test
  void twoGroupsOfFourThatReadBackAsTheyAreAndHardlyEverAgain() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String reference = RefusalReference.next();
      assertThat(reference).matches("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}");
      assertThat(RefusalReference.parse(reference)).isEqualTo(reference);
      seen.add(reference);
    }
    assertThat(seen).hasSizeGreaterThan(998);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0Z7K-31QF", "0z7k 31qf", "OZ7K3IQF", " oz7k-3lqf "})
  void isReadAsItIsHeard(String text) {
    assertThat(RefusalReference.parse(text)).isEqualTo("0Z7K-31QF");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0Z7K-31Q", "0Z7K-31QFA", "0Z7K-31QU", "000l9s4w1x2y3z4a5b6c7"})
  void anythingElseIsNone(String text) {
    assertThatThrownBy(() -> RefusalReference.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0Z7K-31QF");
  }
}
