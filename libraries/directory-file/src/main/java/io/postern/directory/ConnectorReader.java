package io.postern.directory;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Node;

/** The reader of a directory file's connectors, by the table {@link ConnectorFields}. One parse. */
final class ConnectorReader {
  /**
   * Parameters of an outbound connector that nothing here evaluates, and what to write instead:
   * true is refused, since an administrator who writes it believes that it protects.
   */
  static final SortedMap<String, String> REFUSED =
      Collections.unmodifiableSortedMap(
          new TreeMap<>(
              Map.of(
                  "aia",
                  "remove it, and let the host send its intermediate certificates",
                  "isTransportRuleScoped",
                  "remove it, and use recipientDomains: there are no mail flow rules that could select"
                      + " the connector",
                  "testMode",
                  "use mode: reportOnly for a test, or enabled: false to turn the connector off")));

  private final Problems problems;
  private final String organization;

  ConnectorReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  DirectoryObject inbound(Node node) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object.getInboundConnectorBuilder().setOrganization(organization);
    return read(
        node, ConnectorFields.INBOUND, Map.of(), object.getInboundConnectorBuilder(), object);
  }

  DirectoryObject outbound(Node node) {
    DirectoryObject.Builder object = DirectoryObject.newBuilder();
    object.getOutboundConnectorBuilder().setOrganization(organization);
    return read(
        node, ConnectorFields.OUTBOUND, REFUSED, object.getOutboundConnectorBuilder(), object);
  }

  private <B> DirectoryObject read(
      Node node,
      List<? extends ConnectorField<?, B>> table,
      Map<String, String> refused,
      B connector,
      DirectoryObject.Builder object) {
    Fields fields = Fields.of(node, problems, "", "");
    table.getFirst().read(fields, connector); // the name, of which the object's key is made
    fields.belongTo(DirectoryKeys.key(object.build()));
    table.stream().skip(1).forEach(field -> field.read(fields, connector));
    refused.forEach(
        (name, cure) -> {
          if (fields.flag(name, false)) {
            fields.problem(name, "this version does not evaluate it", cure);
          }
        });
    fields.done();
    return object.build();
  }
}
