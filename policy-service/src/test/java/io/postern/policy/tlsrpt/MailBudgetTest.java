package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MailBudgetTest {
  private final MailBudget budget = new MailBudget();

  @Test
  void aDomainThatNeverAskedGetsABoundedNumberOfMailsADay() {
    for (int i = 0; i < MailBudget.MOST; i++) {
      assertThat(budget.take("mail" + i, "a" + i + "@victim.example", 1)).isTrue();
    }
    assertThat(budget.take("more", "b@Victim.example", 1)).isFalse();
    assertThat(budget.take("more", "b@other.example", 1)).isTrue();
    assertThat(budget.take("mail0", "a0@victim.example", 1)).as("made again").isTrue();
    assertThat(budget.take("more", "b@victim.example", 2)).as("the next day").isTrue();
  }
}
