package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryDiffTest {
  private static final String FILE =
      """
      organizations:
      - id: contoso
        acceptedDomains:
        - domain: contoso.example
          mailboxRoute: { host: mailbox.contoso.example, port: 2401 }
        outboundConnectors:
        - { name: A, connectorType: partner, recipientDomains: [a.example] }
        - { name: B, connectorType: partner, recipientDomains: [b.example] }
      """;

  private static DirectoryFile parse(String yaml) {
    DirectoryFile file = DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
    assertThat(file.problems()).isEmpty();
    return file;
  }

  /** As the directory has them: with the marks of their command. */
  private static List<DirectoryObject> stored(String yaml) {
    List<DirectoryObject> objects = new ArrayList<>();
    for (DirectoryObject object : parse(yaml).objects()) {
      objects.add(
          object.toBuilder()
              .setCommandId("c")
              .setCommandCount(4)
              .setCommandIndex(objects.size())
              .build());
    }
    return objects;
  }

  @Test
  void aFileThatSaysWhatTheDirectorySaysChangesNothing() {
    DirectoryDiff diff = DirectoryDiff.of(stored(FILE), parse(FILE));

    assertThat(diff.objects()).isEmpty();
    assertThat(diff.changes()).isEmpty();
  }

  @Test
  void addedChangedAndRemovedAreToldFieldByField() {
    String changed =
        FILE.replace("port: 2401", "port: 2402")
            .replace("{ name: B,", "{ name: C, clientCertificate: own,");

    DirectoryDiff diff = DirectoryDiff.of(stored(FILE), parse(changed));

    assertThat(diff.changes())
        .extracting(DirectoryChange::change, DirectoryChange::object)
        .containsExactly(
            tuple("changed", "accepted-domain/contoso.example"),
            tuple("added", "outbound-connector/contoso/C"),
            tuple("removed", "outbound-connector/contoso/B"));
    assertThat(diff.changes().getFirst().fields())
        .containsExactly(new DirectoryChange.Field("mailboxRoute.port", 2401, 2402));
    assertThat(diff.changes().get(1).fields())
        .contains(new DirectoryChange.Field("clientCertificate", null, "own"));
    assertThat(diff.objects())
        .extracting(DirectoryKeys::key, DirectoryObject::getRemoved, DirectoryObject::getCommandId)
        .containsExactly(
            tuple("accepted-domain/contoso.example", false, ""),
            tuple("outbound-connector/contoso/C", false, ""),
            tuple("outbound-connector/contoso/B", true, ""));
    assertThat(diff.objects().getLast().getOutboundConnector().getRecipientDomainsList())
        .as("a marker has the object")
        .containsExactly("b.example");
  }

  @Test
  void otherOrganizationsAreUntouched() {
    String other = FILE.replace("contoso", "fabrikam");

    DirectoryDiff diff = DirectoryDiff.of(stored(other), parse(FILE));

    assertThat(diff.changes()).extracting(DirectoryChange::change).containsOnly("added");
  }

  @Test
  void aDomainTakenFromAnotherOrganizationIsNoRemovalOfTheirs() {
    String other =
        """
        organizations:
        - id: fabrikam
          acceptedDomains:
          - { domain: contoso.example, mailboxRoute: { host: m.example } }
        """;

    DirectoryDiff diff = DirectoryDiff.of(stored(other), parse(FILE));

    assertThat(diff.objects()).noneMatch(DirectoryObject::getRemoved);
    assertThat(diff.changes())
        .filteredOn(c -> c.object().equals("accepted-domain/contoso.example"))
        .singleElement()
        .satisfies(
            c ->
                assertThat(c.fields())
                    .as("nothing of theirs is shown")
                    .allSatisfy(f -> assertThat(f.before()).isNull()));
  }
}
