package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.DirectoryProblem;
import io.postern.policy.directory.ChangeRates.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeRatesTest {
  private long now = 5;
  private final ChangeRates rates =
      new ChangeRates(
          new Rate(60, 10, 3_600_000, 1_000_000),
          new Rate(600, 100, 36_000_000, 10_000_000),
          () -> now);

  private Optional<DirectoryProblem> change(String organization, long bytes) {
    return rates.count(List.of(organization), 1, bytes);
  }

  @Test
  void anOrganizationChangesAsOftenAsItMayAndAnotherNotLess() {
    for (int i = 0; i < 10; i++) {
      assertThat(change("contoso", 1)).as("change %s", i).isEmpty();
    }
    assertThat(change("contoso", 1))
        .hasValueSatisfying(
            problem -> {
              assertThat(CommandJudge.RATE).isEqualTo(problem.getField());
              assertThat(problem.getObject()).isEqualTo("organization/contoso");
              assertThat(problem.getProblem())
                  .isEqualTo("the organization may make 60 changes a minute in the long run");
              assertThat(problem.getCure()).isEqualTo("repeat it in 2 seconds");
            });
    assertThat(change("tailspin", 1)).isEmpty();
    now += Duration.ofSeconds(1).toNanos();
    assertThat(change("contoso", 1)).isEmpty();
    assertThat(change("contoso", 1)).isPresent();
  }

  @Test
  void bytesAreBoundedWhateverTheNumberOfChanges() {
    assertThat(change("contoso", 900_000)).isEmpty();
    assertThat(change("contoso", 200_000))
        .hasValueSatisfying(
            problem -> assertThat(problem.getProblem()).contains("3,600,000 bytes of changes"));
    assertThat(rates.count(List.of("contoso"), 0, 200_000)).as("a step of a list").isPresent();
    now += Duration.ofSeconds(101).toNanos();
    assertThat(change("contoso", 200_000)).isEmpty();
  }

  @Test
  void allOrganizationsTogetherHaveARateToo() {
    int made = 0;
    for (int i = 0; i < 30; i++) {
      for (int j = 0; j < 5; j++) {
        made += change("org" + i, 1).isEmpty() ? 1 : 0;
      }
    }
    assertThat(made).isEqualTo(100);
    assertThat(change("another", 1))
        .hasValueSatisfying(problem -> assertThat(problem.getObject()).isEmpty());
  }

  @Test
  void aRefusedChangeCountsForNobody() {
    for (int i = 0; i < 10; i++) {
      assertThat(change("contoso", 1)).isEmpty();
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(rates.count(List.of("tailspin", "contoso"), 1, 1)).isPresent();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(change("tailspin", 1)).isEmpty();
    }
  }
}
