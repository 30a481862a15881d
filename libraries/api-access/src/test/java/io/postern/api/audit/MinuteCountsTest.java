package io.postern.api.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A million refusals are at most some hundred records a minute, and none is left out of the sum.
 */
class MinuteCountsTest {
  private static final int REFUSALS = 1_000_000;

  @Test
  void aFloodFromManyNetworksIsCountedWithinTheBound() {
    MinuteCounts counts = new MinuteCounts();
    counts.add(AccessEventKind.SIGN_IN_REFUSED, "admin", "192.0.2.1", "password");
    for (int i = 1; i < REFUSALS; i++) {
      counts.add(AccessEventKind.SIGN_IN_REFUSED, "", "198.51." + i % 5_000, "password");
    }
    counts.add(AccessEventKind.SIGN_IN_REFUSED, "admin", "192.0.2.1", "password");

    List<AccessEvent.Builder> taken = counts.take();
    assertThat(taken).hasSize(MinuteCounts.MOST + 1);
    assertThat(taken.stream().mapToLong(AccessEvent.Builder::getCount).sum())
        .isEqualTo(REFUSALS + 1);
    assertThat(taken)
        .anySatisfy(
            event -> {
              assertThat(event.getUser()).isEqualTo("admin");
              assertThat(event.getCount()).isEqualTo(2);
            })
        .anySatisfy(event -> assertThat(event.getClient()).isEqualTo(MinuteCounts.OTHERS));
    assertThat(counts.take()).isEmpty();
  }
}
