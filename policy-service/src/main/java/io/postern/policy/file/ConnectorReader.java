package io.postern.policy.file;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.OutboundConnector;
import java.util.List;
import java.util.function.Supplier;
import org.snakeyaml.engine.v2.nodes.Node;

/** The reader of a directory file's connectors, by the table {@link ConnectorFields}. One parse. */
final class ConnectorReader {
  private final Problems problems;
  private final String organization;

  ConnectorReader(Problems problems, String organization) {
    this.problems = problems;
    this.organization = organization;
  }

  DirectoryObject inbound(Node node) {
    InboundConnector.Builder connector =
        InboundConnector.newBuilder().setOrganization(organization);
    return read(
        node,
        ConnectorFields.INBOUND,
        connector,
        () -> DirectoryObject.newBuilder().setInboundConnector(connector).build());
  }

  DirectoryObject outbound(Node node) {
    OutboundConnector.Builder connector =
        OutboundConnector.newBuilder().setOrganization(organization);
    return read(
        node,
        ConnectorFields.OUTBOUND,
        connector,
        () -> DirectoryObject.newBuilder().setOutboundConnector(connector).build());
  }

  private <B> DirectoryObject read(
      Node node,
      List<? extends ConnectorField<?, B>> table,
      B connector,
      Supplier<DirectoryObject> object) {
    Fields fields = Fields.of(node, problems, "", "");
    table.getFirst().read(fields, connector); // the name, of which the object's key is made
    fields.belongTo(DirectoryKeys.key(object.get()));
    table.stream().skip(1).forEach(field -> field.read(fields, connector));
    fields.done();
    return object.get();
  }
}
