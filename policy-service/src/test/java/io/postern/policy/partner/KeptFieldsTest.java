package io.postern.policy.partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RoutingRule;
import io.postern.directory.FileView;
import io.postern.directory.ObjectKind;
import io.postern.fields.Exchange;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeptFieldsTest {
  /** Credentials stay only with the hosts that they are for. */
  private static final String BY_HOST = "credentials";

  private static final DirectoryObject CONTOSO =
      DirectoryObject.newBuilder()
          .setOrganization(Organization.newBuilder().setId("contoso"))
          .build();

  @Test
  void eachFieldThatExchangeDoesNotHaveIsKept() {
    DirectoryObject existing =
        DirectoryObject.newBuilder().setOutboundConnector(withEveryField()).build();
    Map<String, Object> imported = new HashMap<>(Map.of("name", "To Fabrikam"));

    KeptFields.addTo(
        Map.of(ObjectKind.OUTBOUND_CONNECTOR.list(), new ArrayList<>(List.of(imported))),
        Directory.of(List.of(CONTOSO, existing), 1, Map.of()),
        "contoso");

    Map<String, Object> expected = new HashMap<>(Map.of("name", "To Fabrikam"));
    Map<String, Object> before = FileView.fields(existing);
    ObjectKind.OUTBOUND_CONNECTOR.fields().fields().stream()
        .filter(field -> field.exchange().here() == Exchange.Here.ADDED)
        .map(field -> field.name())
        .filter(name -> !name.equals(BY_HOST))
        .forEach(name -> expected.put(name, before.get(name)));
    assertThat(expected).hasSizeGreaterThan(10).doesNotContainValue(null);
    assertThat(imported).isEqualTo(expected);
  }

  /** Exchange has the parameter; a second import must not put a rule in force that reports. */
  @Test
  void aRuleThatReportsGoesOnReporting() {
    DirectoryObject existing =
        DirectoryObject.newBuilder()
            .setRoutingRule(
                RoutingRule.newBuilder()
                    .setName("Sign")
                    .setOrganization("contoso")
                    .setMode(ConnectorMode.REPORT_ONLY))
            .build();
    Map<String, Object> imported = new HashMap<>(Map.of("name", "Sign"));
    KeptFields.addTo(
        Map.of(ObjectKind.ROUTING_RULE.list(), new ArrayList<>(List.of(imported))),
        Directory.of(List.of(CONTOSO, existing), 1, Map.of()),
        "contoso");
    assertThat(imported).containsEntry("mode", "reportOnly");
  }

  private static OutboundConnector withEveryField() {
    OutboundConnector.Builder connector = OutboundConnector.newBuilder();
    for (FieldDescriptor field : OutboundConnector.getDescriptor().getFields()) {
      if (!field.isRepeated()) {
        switch (field.getJavaType()) {
          case BOOLEAN -> connector.setField(field, true);
          case INT -> connector.setField(field, 7);
          case STRING -> connector.setField(field, "other");
          case ENUM -> connector.setField(field, field.getEnumType().getValues().getLast());
          default -> {
            assertThat(Set.of("anchors")).contains(field.getName());
            connector.getAnchorsBuilder().setId("contoso/partners");
          }
        }
      }
    }
    return connector
        .addSourceAddresses("192.0.2.1")
        .setName("To Fabrikam")
        .setOrganization("contoso")
        .build();
  }
}
