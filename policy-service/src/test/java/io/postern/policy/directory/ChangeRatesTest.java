package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientListChange;
import io.postern.policy.directory.ChangeRates.Rate;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChangeRatesTest {
  private static final Directory NO_DIRECTORY = Directory.of(List.of(), -1, Map.of());

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

  private static DirectoryCommand command(String id) {
    return DirectoryCommand.newBuilder()
        .setCommandId(id)
        .addChanges(
            DirectoryObject.newBuilder()
                .setOutboundConnector(
                    OutboundConnector.newBuilder().setOrganization("contoso").setName("To")))
        .build();
  }

  /** As the owner does after a transaction that failed. */
  @Test
  void aCommandThatIsTriedAgainCountsOnce() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(rates.count(command("a"), NO_DIRECTORY)).isEmpty();
    }
    for (int i = 0; i < 9; i++) {
      assertThat(rates.count(command("b" + i), NO_DIRECTORY)).isEmpty();
    }
    assertThat(rates.count(command("last"), NO_DIRECTORY)).isPresent();
  }

  private static DirectoryCommand step(int number, boolean last) {
    return DirectoryCommand.newBuilder()
        .setCommandId("step " + number)
        .setRecipients(
            RecipientListChange.newBuilder()
                .setOrganization("contoso")
                .setDomain("contoso.example")
                .setListId("id " + number)
                .setLast(last))
        .build();
  }

  /** It writes the domain again, whatever its size, and moves the routing version. */
  @Test
  void aStepOfAListThatMovesMailCountsAsAChangeWithItsDomain() {
    DirectoryObject domain =
        DirectoryObject.newBuilder()
            .setAcceptedDomain(
                AcceptedDomain.newBuilder()
                    .setOrganization("contoso")
                    .setDomain("contoso.example")
                    .addAllowedSenderOrganizations("c".repeat(200_000)))
            .build();
    DirectoryObject contoso =
        DirectoryObject.newBuilder()
            .setOrganization(Organization.newBuilder().setId("contoso"))
            .build();
    Directory before = Directory.of(List.of(contoso, domain), 1, Map.of());
    for (int i = 0; i < 100; i++) {
      assertThat(rates.count(step(i, false), before)).as("a part of the list").isEmpty();
    }
    for (int i = 100; i < 104; i++) {
      assertThat(rates.count(step(i, true), before)).isEmpty();
    }
    assertThat(rates.count(step(104, true), before))
        .hasValueSatisfying(
            problem -> assertThat(problem.getProblem()).contains("3,600,000 bytes of changes"));
    for (int i = 0; i < 6; i++) {
      assertThat(change("contoso", 1)).as("of ten changes four are counted").isEmpty();
    }
    assertThat(change("contoso", 1)).isPresent();
  }
}
