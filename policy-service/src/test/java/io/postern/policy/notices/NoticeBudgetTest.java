package io.postern.policy.notices;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.policy.MailBudget;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NoticeBudgetTest {
  private final AtomicLong clock = new AtomicLong(1_800_000_000_000L); // a full hour
  private final MailBudget budget = new MailBudget(Duration.ofHours(1), 5, 2, clock::get);

  private boolean take(int number, String domain) {
    return budget.take("dsn" + number, domain);
  }

  @Test
  void eachDomainHasItsOwnAndAllTogetherHaveOne() {
    assertThat(take(1, "a.example")).isTrue();
    assertThat(take(2, "a.example")).isTrue();
    assertThat(take(3, "a.example")).isFalse();
    assertThat(take(4, "b.example")).isTrue();
    assertThat(take(5, "c.example")).isTrue();
    assertThat(take(6, "d.example")).isTrue();
    assertThat(take(7, "e.example")).isFalse(); // the sixth of all
  }

  @Test
  void whatIsMadeAgainAfterAFailedCommitCountsOnce() {
    assertThat(take(1, "a.example")).isTrue();
    assertThat(take(1, "a.example")).isTrue();
    assertThat(take(2, "a.example")).isTrue();
    assertThat(take(3, "a.example")).isFalse();
    assertThat(take(1, "a.example")).isTrue();
  }

  @Test
  void theNextHourHasABudgetOfItsOwn() {
    assertThat(take(1, "a.example")).isTrue();
    assertThat(take(2, "a.example")).isTrue();
    clock.addAndGet(3_599_999);
    assertThat(take(3, "a.example")).isFalse();
    clock.addAndGet(1);
    assertThat(take(3, "a.example")).isTrue();
  }

  @Test
  void zeroIsNone() {
    assertThat(new MailBudget(Duration.ofHours(1), 0, 5, clock::get).take("dsn", "a.example"))
        .isFalse();
    assertThat(new MailBudget(Duration.ofHours(1), 5, 0, clock::get).take("dsn", "a.example"))
        .isFalse();
  }
}
