package io.postern.policy.partner;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.Rights;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.rules.Directory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link ExchangeImporter}: an import gives nobody rights that the directory's API does not. */
class ExchangeImporterTest {
  private static final byte[] DOMAIN_OF_SOMEBODY =
      "[{\"DomainName\":\"victim.example\",\"DomainType\":\"Authoritative\"}]"
          .getBytes(StandardCharsets.UTF_8);

  private static final Directory CONTOSO =
      Directory.of(
          List.of(
              DirectoryObject.newBuilder()
                  .setOrganization(
                      Organization.newBuilder().setId("contoso").setDisplayName("Contoso Ltd"))
                  .build()),
          1,
          Map.of());

  private final List<DirectoryObject> made = new ArrayList<>();

  /** The mail of a domain goes to the organization that adds it. */
  @Test
  void anAdministratorImportsNoAcceptedDomain() {
    ImportAnswer answer = run(Rights.of(List.of("administrator:contoso")));

    assertThat(answer.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.problem()).contains("only an operator"));
    assertThat(answer.applied()).isFalse();
    assertThat(made).isEmpty();
  }

  @Test
  void anOperatorDoes() {
    ImportAnswer answer = run(Rights.of(List.of("operator")));

    assertThat(answer.problems()).isEmpty();
    assertThat(answer.applied()).isTrue();
    assertThat(made).hasSize(1);
    // The organization stays as it is, and is no change.
    assertThat(answer.changes())
        .singleElement()
        .satisfies(
            change -> assertThat(change.object()).isEqualTo("accepted-domain/victim.example"));
  }

  private ImportAnswer run(Rights rights) {
    return new ExchangeImporter(CONTOSO, "contoso", List.of("mailbox.contoso.example"))
        .run(
            DOMAIN_OF_SOMEBODY,
            rights,
            false,
            changes -> {
              made.addAll(changes);
              return 2L;
            });
  }
}
