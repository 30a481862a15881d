package io.postern.console.sight;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.RecipientGroup;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who sees which recipient and which decision (G8). */
class SightTest {
  /**
   * @param reader organizations, separated by commas; *: an operator
   * @param seen indexes of recipients
   */
  private record Row(String reader, Set<Integer> seen) {}

  // 0, 1: contoso sends to a stranger; 2: contoso sends to fabrikam, both are here; 3: a stranger's
  // mail to tailspin.
  private static final MessageAccepted MESSAGE =
      MessageAccepted.newBuilder()
          .addGroups(group("contoso", 0, 1))
          .addGroups(
              group("contoso", 2)
                  .setIncoming(RecipientGroup.newBuilder().setOrganization("fabrikam")))
          .addGroups(group("tailspin", 3))
          .build();

  private static final List<Row> ROWS =
      List.of(
          new Row("*", Set.of(0, 1, 2, 3)),
          new Row("contoso", Set.of(0, 1, 2)),
          new Row("fabrikam", Set.of(2)),
          new Row("tailspin", Set.of(3)),
          new Row("fabrikam,tailspin", Set.of(2, 3)),
          new Row("northwind", Set.of()),
          new Row("", Set.of()));

  private static RecipientGroup.Builder group(String organization, Integer... recipients) {
    return RecipientGroup.newBuilder()
        .setOrganization(organization)
        .addAllRecipients(List.of(recipients));
  }

  private static Sight sight(String reader) {
    return reader.equals("*")
        ? Sight.everything()
        : new Sight(Optional.of(reader.isEmpty() ? Set.of() : Set.of(reader.split(",", -1))));
  }

  @Test
  void aRecipientIsSeenByTheSendersAndByItsOwnOrganization() {
    for (Row row : ROWS) {
      assertThat(sight(row.reader()).recipients(MESSAGE)).as(row.reader()).isEqualTo(row.seen());
    }
  }

  @Test
  void eachOfItsOrganizationsTogetherSeesTheSame() {
    for (Row row : ROWS) {
      Set<Integer> together = new TreeSet<>();
      for (Sight each : sight(row.reader()).each("")) {
        together.addAll(each.recipients(MESSAGE));
      }
      assertThat(together).as(row.reader()).isEqualTo(row.seen());
    }
  }

  @Test
  void aDecisionIsSeenByTheOrganizationWhoseConnectorsDecided() {
    assertThat(sight("contoso").sees("contoso")).isTrue();
    assertThat(sight("fabrikam").sees("contoso")).isFalse();
    assertThat(sight("*").sees("contoso")).isTrue();
    // A refusal of nobody's mail is an operator's.
    assertThat(sight("contoso").sees("")).isFalse();
    assertThat(sight("*").sees("")).isTrue();
  }

  @Test
  void aRefusalOfNobodyIsSeenByTheOrganizationWhoseConnectorWouldHaveDecided() {
    assertThat(sight("contoso").seesRefusal("contoso", "")).isTrue();
    assertThat(sight("contoso").seesRefusal("", "contoso")).isTrue();
    assertThat(sight("contoso").seesRefusal("", "")).isFalse();
    assertThat(sight("contoso").seesRefusal("fabrikam", "contoso")).isFalse();
    assertThat(sight("fabrikam").seesRefusal("", "contoso")).isFalse();
    assertThat(sight("*").seesRefusal("", "")).isTrue();
  }
}
