package io.postern.policy.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.names.DomainNames;
import io.postern.policy.MailBudget;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MailBudgetTest {
  private final AtomicLong clock = new AtomicLong();
  private final MailBudget budget =
      new MailBudget(Duration.ofDays(1), Integer.MAX_VALUE, Reporter.MOST_MAILS, clock::get);

  private boolean take(String mail, String to) {
    return budget.take(mail, Objects.requireNonNull(DomainNames.ofAddress(to)));
  }

  @Test
  void aDomainThatNeverAskedGetsABoundedNumberOfMailsADay() {
    for (int i = 0; i < Reporter.MOST_MAILS; i++) {
      assertThat(take("mail" + i, "a" + i + "@victim.example")).isTrue();
    }
    assertThat(take("more", "b@Victim.example")).isFalse();
    assertThat(take("more", "b@other.example")).isTrue();
    assertThat(take("mail0", "a0@victim.example")).as("made again").isTrue();
    clock.addAndGet(Duration.ofDays(1).toMillis());
    assertThat(take("more", "b@victim.example")).as("the next day").isTrue();
  }
}
