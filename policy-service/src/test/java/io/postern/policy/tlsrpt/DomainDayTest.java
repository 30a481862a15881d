package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DomainDayTest {
  @Test
  void reportsAreSpreadOverTheHoursAfterTheDay() {
    Set<Long> hours = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      DomainDay subject = new DomainDay("d" + i + ".example", 20_000);
      Duration delay = Duration.ofMillis(subject.dueMillis() - subject.endMillis());
      assertThat(delay).isBetween(Duration.ofMinutes(15), Duration.ofHours(4));
      assertThat(new DomainDay("d" + i + ".example", 20_000).dueMillis())
          .as("the same after a restart")
          .isEqualTo(subject.dueMillis());
      hours.add(delay.toHours());
    }
    assertThat(hours).containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
  }

  @Test
  void aReportIsInTimeWhileAllItsCountsAreThere() {
    DomainDay subject = new DomainDay("fabrikam.example", 20_000);
    assertThat(subject.tooOld(subject.dueMillis())).isFalse();
    assertThat(subject.tooOld(subject.endMillis() + Duration.ofHours(37).toMillis())).isTrue();
  }
}
