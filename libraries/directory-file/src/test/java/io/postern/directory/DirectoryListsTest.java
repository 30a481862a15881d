package io.postern.directory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryProblem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryListsTest {
  private static DirectoryFile parse(String text) {
    return DirectoryFile.lists(text.getBytes(UTF_8), "contoso");
  }

  @Test
  void listsOfADirectoryFileAreReadAsTheOrganizations() {
    DirectoryFile file =
        parse(
            """
            outboundConnectors:
            - { name: To Fabrikam, connectorType: partner, recipientDomains: [fabrikam.example] }
            inboundConnectors:
            - name: From Fabrikam
              connectorType: partner
              senderDomains: [fabrikam.example]
            """);
    assertThat(file.problems()).isEmpty();
    assertThat(file.objects())
        .extracting(DirectoryKeys::key)
        .containsExactly(
            "inbound-connector/contoso/From Fabrikam", "outbound-connector/contoso/To Fabrikam");
    DirectoryProblem found =
        DirectoryProblem.newBuilder()
            .setObject("inbound-connector/contoso/From Fabrikam")
            .setField("senderDomains[0]")
            .build();
    assertThat(file.locate(found).line()).isEqualTo(6);
  }

  @Test
  void listsAsValuesAreReadAsTheirTextIsAlsoWhereOneStandsTwice() {
    List<String> domains = List.of("fabrikam.example", "*");
    Map<String, ?> lists =
        Map.of(
            "inboundConnectors",
            List.of(Map.of("name", "A", "connectorType", "partner", "senderDomains", domains)),
            "outboundConnectors",
            List.of(
                Map.of(
                    "name",
                    "A",
                    "connectorType",
                    "partner",
                    "recipientDomains",
                    domains,
                    "comment",
                    "",
                    "maxConnections",
                    3,
                    "enabled",
                    false,
                    "smartHosts",
                    "x")));
    DirectoryFile file = DirectoryFile.lists(lists, "contoso");
    assertThat(file.problems()).isEmpty();
    assertThat(file.objects())
        .isEqualTo(
            parse(
                    """
                    inboundConnectors:
                    - { name: A, connectorType: partner, senderDomains: [fabrikam.example, "*"] }
                    outboundConnectors:
                    - { name: A, connectorType: partner, recipientDomains: [fabrikam.example, "*"],
                        comment: "", maxConnections: 3, enabled: false, smartHosts: x }
                    """)
                .objects());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[1]",
        "{",
        "inboundConnectors: []",
        "inboundConnector: {name: From}",
        "id: contoso",
        "organizations: []",
        "hybrid: {}",
        "inboundConnectors: [{name: A, connectorType: partner}, {name: A, connectorType: partner}]"
      })
  void whatHasNoObjectOrMoreThanObjectsIsAProblem(String text) {
    assertThat(parse(text).problems()).isNotEmpty();
  }
}
