package io.postern.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import io.postern.contracts.v1.DirectoryProblem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a fault is, as a JSON Pointer (RFC 6901) into what was sent. */
class PointersTest {
  private static List<String> pointers(String yaml) {
    return DirectoryFile.parse(yaml.getBytes(StandardCharsets.UTF_8)).problems().stream()
        .map(FileProblem::pointer)
        .toList();
  }

  @Test
  void aFieldIsFoundWhetherItIsThereOrNot() {
    assertThat(
            pointers(
                """
                organizations:
                - id: contoso
                  acceptedDomains:
                  - { domain: contoso.example, mailboxRoute: { host: m.example, port: x } }
                  - domain: b.example
                    mailboxRoute:
                      hots: m.example
                  outboundConnectors:
                  - tlsSetings: domainValidation
                    name: To A
                    connectorType: partner
                    recipientDomains: [a.example, "*x"]
                  - name: To B
                    "a.b": 1
                    "c/d~e": 1
                """))
        .contains(
            "/organizations/0/acceptedDomains/0/mailboxRoute/port",
            "/organizations/0/acceptedDomains/1/mailboxRoute/host",
            "/organizations/0/acceptedDomains/1/mailboxRoute/hots",
            "/organizations/0/outboundConnectors/0/tlsSetings",
            "/organizations/0/outboundConnectors/1/connectorType",
            "/organizations/0/outboundConnectors/1/a.b",
            "/organizations/0/outboundConnectors/1/c~1d~0e")
        .allSatisfy(pointer -> assertThat(JsonPointer.compile(pointer)).isNotNull());
  }

  @Test
  void ofTwoObjectsWithOneNameItIsTheSecond() {
    assertThat(
            pointers(
                """
                organizations:
                - id: contoso
                  outboundConnectors:
                  - { name: To A, connectorType: partner, recipientDomains: [a.example] }
                  - { name: To A, connectorType: partner, tlsSettings: never }
                """))
        .contains("/organizations/0/outboundConnectors/1/tlsSettings");
  }

  @Test
  void aProblemOfTheRulesHasItsPlaceAndOneOfAnotherObjectHasNone() {
    DirectoryFile file =
        DirectoryFile.parse(
            """
            organizations:
            - id: contoso
              outboundConnectors:
              - { name: To A, connectorType: partner, recipientDomains: [a.example, b.example] }
            """
                .getBytes(StandardCharsets.UTF_8));
    DirectoryProblem.Builder problem =
        DirectoryProblem.newBuilder().setObject("outbound-connector/contoso/To A");

    assertThat(file.locate(problem.build()).pointer())
        .isEqualTo("/organizations/0/outboundConnectors/0");
    assertThat(file.locate(problem.setField("recipientDomains[1]").build()).pointer())
        .isEqualTo("/organizations/0/outboundConnectors/0/recipientDomains/1");
    assertThat(file.locate(problem.setField("tlsDomain").build()).pointer())
        .isEqualTo("/organizations/0/outboundConnectors/0/tlsDomain");
    assertThat(file.locate(problem.setObject("outbound-connector/contoso/Gone").build()).pointer())
        .isEmpty();
  }

  @Test
  void aTextThatCannotBeReadIsTheWholeAndAliasesEnd() {
    assertThat(pointers("{")).containsExactly("");
    assertThat(pointers("organizations: &a [*a]")).isNotEmpty();
    assertThat(pointers("[1]")).isNotEmpty();
  }
}
