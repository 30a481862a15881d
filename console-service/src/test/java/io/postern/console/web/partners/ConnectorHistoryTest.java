package io.postern.console.web.partners;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.directory.DirectoryChange;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectorHistoryTest {
  /** An administrator's new host has a mark, which the connector's fields do not show. */
  @Test
  void marksOfNextHopsAreInNoChangesWay() {
    ObjectNode state =
        new ObjectMapper().createObjectNode().put("name", "To Fabrikam").put("comment", "new");
    DirectoryChange change =
        new DirectoryChange(
            DirectoryChange.CHANGED,
            "outbound-connector/contoso/To Fabrikam",
            List.of(
                new DirectoryChange.Field("comment", "old", "new"),
                new DirectoryChange.Field("unapproved", null, List.of("mail.example.com:25")),
                new DirectoryChange.Field("approved", List.of("10.0.0.5:25 (root)"), null)));
    assertThat(ConnectorHistory.undo(state, change)).isTrue();
    assertThat(state.path("comment").asText()).isEqualTo("old");
    assertThat(state.has("approved")).isFalse();
  }
}
