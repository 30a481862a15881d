package io.postern.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.bounds.Holder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallRatesTest {
  private long now = 7;
  private final CallRates.Counted rates = new CallRates.Counted(10, () -> now);

  private int calls(Holder holder, int times) {
    int counted = 0;
    for (int i = 0; i < times; i++) {
      counted += rates.count(holder, 1) ? 1 : 0;
    }
    return counted;
  }

  @Test
  void aUserHasItsRateAndAnotherOrganizationsUserNotLess() {
    Holder anna = new Holder("anna", "contoso");
    assertThat(calls(anna, 1_000)).isEqualTo(150);
    assertThat(calls(new Holder("paul", "tailspin"), 1_000)).isEqualTo(150);
    now += Duration.ofSeconds(2).toNanos();
    assertThat(calls(anna, 1_000)).isEqualTo(20);
  }

  @Test
  void anOrganizationsUsersHaveTwiceAsMuchTogether() {
    int counted = 0;
    for (int user = 0; user < 10; user++) {
      counted += calls(new Holder("user" + user, "contoso"), 100);
    }
    assertThat(counted).isEqualTo(300);
  }

  @Test
  void aLargeCallCountsAsSeveral() {
    Holder anna = new Holder("anna", "contoso");
    int counted = 0;
    for (int i = 0; i < 100; i++) {
      counted += rates.count(anna, 20) ? 1 : 0;
    }
    assertThat(counted).isEqualTo(7);
  }

  @Test
  void aLargeCallIsPossibleAtAnyRate() {
    CallRates.Counted slow = new CallRates.Counted(1, () -> now);
    assertThat(slow.count(new Holder("anna", "contoso"), 20)).isTrue();
    assertThat(slow.count(new Holder("anna", "contoso"), 20)).isFalse();
    now += Duration.ofSeconds(20).toNanos();
    assertThat(slow.count(new Holder("anna", "contoso"), 20)).isTrue();
  }

  @Test
  void withoutABoundEachCallCounts() {
    CallRates.Counted open = new CallRates.Counted(0, () -> now);
    for (int i = 0; i < 10_000; i++) {
      assertThat(open.count(new Holder("anna", "contoso"), 20)).isTrue();
    }
  }
}
